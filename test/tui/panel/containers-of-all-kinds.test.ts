// Docker's, LXC's and hand-made containers are the same kernel objects, and the panel of processes shows them side by side.

import {expect, test} from 'vitest';
import {selectProcesses} from '../../../source/tui/panel/processes/select-processes.js';
import {TestHost} from '../../support/test-host.js';

test('each process in a container stands with the container\'s name, or with the namespaces of its own, and both of its numbers', () => {
	const host = new TestHost();
	host.sh(`docker pull -q busybox; docker run -d --name box busybox sleep 1000
		lxc-create -n web -t busybox; lxc-start web
		unshare -upf sleep 2000 & unshare -Ur sleep 3000 & sleep 5`);
	const inside = selectProcesses({world: host.world, before: undefined, trace: []}).filter(({container}) => container !== undefined);
	expect(inside.map(({container, innerPid, command}) => `${container} ${innerPid ?? '-'} ${command}`).sort()).toEqual([
		'box 1 sleep 1000',
		'pid+uts 1 sleep 2000',
		'user - sleep 3000',
		'uts - unshare -upf sleep 2000',
		'web 1 init',
		'web 4 /bin/syslogd',
		'web 7 /bin/udhcpc',
		'web 8 /bin/getty -L tty1 115200 vt100',
		'web 9 init',
	]);
});
