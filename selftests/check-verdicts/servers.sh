# SPDX-License-Identifier: GPL-2.0-only
#
# shellcheck shell=dash disable=SC1091,SC2016
# Servers that people run, in a machine with which nothing is wrong.

. /lab/verdicts/play.sh

servers_start()
{
	guest 'ip link set lo up
		grep -qs ^root: /etc/passwd || echo "root:x:0:0:root:/:/bin/sh" >>/etc/passwd
		grep -qs ^root: /etc/group || echo "root:x:0:" >>/etc/group
		mkdir -p /tmp/nginx/logs /var/log/nginx /var/lib/nginx
		echo "<p>ringside</p>" >/tmp/nginx/index.html
		echo "user root; worker_processes 2; events {} http { access_log off;
			server { listen 80; root /tmp/nginx; } }" >/tmp/nginx/nginx.conf
		nginx -c /tmp/nginx/nginx.conf -p /tmp/nginx >/tmp/nginx.log 2>&1 </dev/null
		redis-server --save "" --protected-mode no --daemonize yes >/tmp/redis.log 2>&1 </dev/null'
	until_true 60 guest 'grep -q ":0050 .* 0A " /proc/net/tcp && grep -q ":18EB .* 0A " /proc/net/tcp' ||
		{ note "$(guest 'cat /tmp/nginx.log /tmp/nginx/logs/* /tmp/redis.log')"; return 1; }
}

redis_asked()
{
	redis-benchmark -h "$GUEST_IP" -n 500 -c 8 -t get,set -q >/tmp/redis || return
	note "$(tr '\r' '\n' </tmp/redis | grep 'per second' | tr '\n' ' ')"
}

nginx_asked()
{
	ab -n 300 -c 8 "http://$GUEST_IP/index.html" >/tmp/nginx 2>&1 || { note "$(cat /tmp/nginx)"; return 1; }
	grep -q "Failed requests: *0" /tmp/nginx
}

machine_start || exit 1
check "the servers have started" servers_start
check "healthy-redis" during healthy-redis redis_asked
check "healthy-nginx" during healthy-nginx nginx_asked
