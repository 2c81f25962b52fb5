// SPDX-License-Identifier: GPL-2.0-only
/* No secret of a command line is printed, and nothing else is lost. */
#include <kselftest_harness.h>

#include "klog.h"
#include "redact.h"

static const struct {
	const char *args; /* '|' ends one */
	const char *printed;
} lines[] = {
	{"qemu|-name|guest=web1,debug-threads=on|-m|4G",
	 "qemu\n-name\nguest=web1,debug-threads=on\n-m\n4G\n"},
	{"-netdev|tap,id=n0,fds=33:35,vhost=on|", "-netdev\ntap,id=n0,fds=33:35,vhost=on\n"},
	{"-object|secret,id=s0,data=aGVsbG8=,format=base64",
	 "-object\nsecret,id=s0,data=[cut],format=base64\n"},
	{"-vnc|:1,password=on", "-vnc\n:1,password=[cut]\n"},
	{"-spice|port=5900,password=a,,b,,c,addr=::1",
	 "-spice\nport=5900,password=[cut],addr=::1\n"},
	{"-drive|file=rbd:pool/img:id=admin:key=AQB+x==:auth=cephx,if=none",
	 "-drive\nfile=rbd:pool/img:id=admin:key=[cut],if=none\n"},
	{"-drive|file=nbd://joe:s3cret@10.0.0.1/disk,if=none",
	 "-drive\nfile=nbd://[cut]@10.0.0.1/disk,if=none\n"},
	{"-drive|file=https://host/a?x=1", "-drive\nfile=https://host/a?x=1\n"},
	{"-blockdev|{\"driver\":\"luks\",\"key-secret\":\"s\\\"0\",\"file\":\"f\"}",
	 "-blockdev\n{\"driver\":\"luks\",\"key-secret\":[cut],\"file\":\"f\"}\n"},
	{"-object|{\"qom-type\":\"secret\",\"data\": \"x, y\",\"id\":\"a\"}",
	 "-object\n{\"qom-type\":\"secret\",\"data\":[cut],\"id\":\"a\"}\n"},
	{"-smbios|type=11,value=io.systemd.credential:pw=hunter2",
	 "-smbios\ntype=11,value=[cut]\n"},
	{"-fw_cfg|name=opt/com.coreos/config,string={}",
	 "-fw_cfg\nname=opt/com.coreos/config,string=[cut]\n"},
	{"-append|root=/dev/vda luks.PassPhrase=abc quiet",
	 "-append\nroot=/dev/vda luks.PassPhrase=[cut]\n"},
	{"--api-token|s3cret|--next", "--api-token\n[cut]\n--next\n"},
	{"--password=s3cret|x", "--password=[cut]\nx\n"},
	{"--secret|-x|-y", "--secret\n[cut]\n-y\n"},
	{"{\"data\" : \"x, y\",\"id\":1}", "{\"data\" :[cut],\"id\":1}\n"},
	{"{\"key\":{\"a\":\"b\",\"c\":1}}", "{\"key\":[cut]\n"},
	{"json:{\\\"password\\\":\\\"x\\\",\\\"id\\\":1}",
	 "json:{\\\"password\\\":[cut],\\\"id\\\":1}\n"},
	{"file=https://h/d?X-Amz-Signature=abc,if=none",
	 "file=https://h/d?X-Amz-Signature=[cut],if=none\n"},
	{"file=nbd://u:p@ss/word@host/d", "file=nbd://[cut]@host/d\n"},
	{"netroot=x,pwd=y", "netroot=x,pwd=[cut]\n"},
	{"a\x1b[2Jb|\xff\xfe", "a\\x1b[2Jb\n??\n"},
	{"||", "\n\n"},
	{"password=", "password=[cut]\n"},
	{"key=a,,", "key=[cut]\n"},
	{"{\"key\":", "{\"key\":[cut]\n"},
	{"{\"key\":\"a\\", "{\"key\":[cut]\n"},
};

TEST(each_line)
{
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		char args[256], *text;
		size_t size, len = strlen(lines[i].args);
		FILE *out = open_memstream(&text, &size);

		strcpy(args, lines[i].args);
		if (len && args[len - 1] != '|')
			args[len++] = '|';
		for (size_t c = 0; c < len; c++)
			args[c] = args[c] == '|' ? '\0' : args[c];
		args[len] = '\0';
		rs_redact_print(out, args, len);
		fclose(out);
		EXPECT_STREQ(lines[i].printed, text);
		free(text);
	}
}

TEST(lines_of_the_kernels_log)
{
	EXPECT_TRUE(
		rs_klog_is_ours("irq 69: nobody cared (try booting with the \"irqpoll\" option)"));
	EXPECT_TRUE(rs_klog_is_ours("Disabling IRQ #69"));
	EXPECT_TRUE(rs_klog_is_ours("virtio_net virtio0 eth0: TX timeout"));
	EXPECT_TRUE(rs_klog_is_ours("NETDEV WATCHDOG: eth0: transmit queue 2 timed out"));
	EXPECT_FALSE(rs_klog_is_ours("EXT4-fs (vda1): mounted filesystem"));
	EXPECT_FALSE(rs_klog_is_ours("Kernel command line: rcu_nocbs=1 rd.luks.key=x"));
	EXPECT_FALSE(rs_klog_is_ours("usb 1-1: new device"));
}

TEST_HARNESS_MAIN
