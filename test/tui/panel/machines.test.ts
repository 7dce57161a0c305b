// The panels of virtual machines over a world in which some run.

import {expect, test} from 'vitest';
import {panelOrder, panels, type PanelName} from '../../../source/tui/panel/panels.js';
import {lineText} from '../../../source/tui/text/styled-line.js';
import {TestHost} from '../../support/test-host.js';

const xml = (name: string, vcpus: number) => `<domain type="kvm"><name>${name}</name><memory>1024</memory><vcpu>${vcpus}</vcpu><os><type>hvm</type></os></domain>`;

test('the vCPU map shows where vCPUs are, marks what changed, and how long they wait', () => {
	const host = new TestHost({scenario: 'default'});
	const rows = (name: PanelName, before: TestHost['world'] | undefined) => panels[name].lines({world: host.world, before, trace: []}, {locale: 'en', width: 80}).map(line => lineText(line).trimEnd());
	host.sh(`echo '${xml('web', 2)}' > web.xml; echo '${xml('db', 1)}' > db.xml; virsh create web.xml`);
	expect(panelOrder(host.world, undefined)[0]).toBe('vcpu-map');
	const before = host.world;
	host.sh('virsh create db.xml; virsh vcpupin db 0 0; virsh vcpupin web 0 0');
	expect(rows('vcpu-map', before)).toEqual([
		'lab',
		'*   0 s0c0  web:0  db:0',
		'    1 s0c1  web:1',
		'  6 × idle',
	]);
	expect(rows('hosts', before)).toContain('* 2 VMs (2 running)');
	host.sh(`for d in web db; do virsh qemu-agent-command $d '{"execute": "guest-exec", "arguments": {"path": "/usr/bin/stress-ng", "arg": ["--cpu", "1"]}}'; done`);
	expect(rows('hosts', before)[2]).toContain('2 / 8');
	expect(rows('vcpu-map', before)[1]).toBe('*   0 s0c0  web:0 steal 50%  db:0 steal 50%');
});
