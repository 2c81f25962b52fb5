# SPDX-License-Identifier: GPL-2.0-only
#
# A plugin of sos (sosreport): `sos report -o ringside -k ringside.window=30s`. Install it as
# sos/report/plugins/ringside.py below Python's site-packages or dist-packages.

import os

from sos.report.plugins import (Plugin, RedHatPlugin, DebianPlugin,
                                UbuntuPlugin, SuSEPlugin)

HELP = 'how long to count: 10s, 2m'
try:
    from sos.report.plugins import PluginOpt
    OPTIONS = [PluginOpt('window', default='30s', val_type=str, desc=HELP)]
except ImportError:  # sos before 4.3
    OPTIONS = [('window', HELP, 'slow', '30s')]


class Ringside(Plugin, RedHatPlugin, DebianPlugin, UbuntuPlugin, SuSEPlugin):

    short_desc = 'Queues of virtio-net: counts and findings'

    plugin_name = 'ringside'
    profiles = ('network', 'virt')
    commands = ('ringside',)

    option_list = OPTIONS

    def setup(self):
        archive = os.path.join(self.get_cmd_output_path(), 'case.tar')
        self.add_cmd_output(
            f"ringside collect --quiet --window {self.get_option('window')} --output {archive}",
            suggest_filename='collect', timeout=900)
        self.add_cmd_output('ringside check')
