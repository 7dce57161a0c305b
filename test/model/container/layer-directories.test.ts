// What a learner finds under /var/lib/docker/overlay2: the directories that a container's overlay is made of, whiteouts included.

import {expect, test} from 'vitest';
import {TestHost} from '../../support/test-host.js';

test('the upper directory holds what the container wrote, and a 0/0 device for what it removed', () => {
	const host = new TestHost();
	host.sh('docker pull -q busybox; docker run -d --name c1 busybox sh -c "rm /etc/group; echo new > /etc/motd; sleep 1000"');
	const {stdout} = host.sh(`upper=$(docker inspect -f '{{.GraphDriver.Data.UpperDir}}' c1)
cd "$upper"
find . | sort
stat -c '%F %t,%T' etc/group
cat etc/motd
grep -c "$upper" /proc/mounts
lower=$(docker inspect -f '{{.GraphDriver.Data.LowerDir}}' c1)
grep root "\${lower##*:}/etc/group" | head -n 1`);
	expect(stdout).toBe(`.
./etc
./etc/group
./etc/motd
character special file 0,0
new
1
root:x:0:
`);
});

test('removing the container takes its directories along', () => {
	const host = new TestHost();
	host.sh('docker pull -q busybox; docker run --name c1 busybox touch /x');
	expect(host.sh('docker inspect -f "{{.GraphDriver.Data.UpperDir}}" c1 | xargs ls').stdout).toBe('x\n');
	expect(host.sh('docker rm c1 > /dev/null; find /var/lib/docker/overlay2 -name x').stdout).toBe('');
});
