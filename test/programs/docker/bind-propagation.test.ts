// docker run -v SOURCE:DESTINATION:PROPAGATION: which mounts a container and its host see of each other (docs.docker.com, "Bind mounts",
// bind propagation; the errors are dockerd's, daemon/oci_linux.go).

import {expect, test} from 'vitest';
import {TestHost} from '../../support/test-host.js';

/** Runs lines as root on a host that has busybox and the shared mount /mnt/s, with standard error where standard output goes. */
function typed(script: string): string {
	return new TestHost().run(['/usr/bin/env', 'bash', '-c', `exec 2>&1
docker pull -q busybox > /dev/null; mount -t tmpfs s /mnt; mkdir /mnt/before /mnt/after; mount -t tmpfs before /mnt/before; touch /mnt/before/seen
${script}`], {env: {LC_ALL: 'C'}, cwd: '/'}).stdout;
}

/** A container with /mnt at /m; then something is mounted on each side. */
const bothSides = (mode: string): string => `
docker run -d --name box --privileged -v /mnt:/m${mode} busybox sleep 1000 > /dev/null
mount -t tmpfs after /mnt/after; touch /mnt/after/seen
docker exec box sh -c 'ls /m/before /m/after; mkdir /m/inside; mount -t tmpfs i /m/inside; touch /m/inside/seen'
ls /mnt/inside; docker inspect -f '{{(index .Mounts 0).Propagation}}' box; docker exec box grep -o ' /m [^-]*' /proc/self/mountinfo | sed 's/[0-9]/N/g'`;

test('by default a container keeps what was mounted when it started, and nothing else passes', () => {
	expect(typed(bothSides(''))).toBe('/m/after:\n\n/m/before:\nseen\nrprivate\n /m rw,relatime \n');
});

test('rslave: what the host mounts comes in', () => {
	expect(typed(bothSides(':rslave'))).toBe('/m/after:\nseen\n\n/m/before:\nseen\nrslave\n /m rw,relatime master:N \n');
});

test('rshared: what the container mounts comes out, too', () => {
	expect(typed(bothSides(':rshared'))).toBe('/m/after:\nseen\n\n/m/before:\nseen\nseen\nrshared\n /m rw,relatime shared:N \n');
});

test('what is not shared on the host cannot be shared with a container', () => {
	expect(typed('mount --make-rprivate /mnt; for p in rshared rslave; do docker run --rm -v /mnt:/m:$p busybox true; done; docker run --rm --mount type=bind,src=/mnt,dst=/m,bind-propagation=shared busybox true')).toBe(`docker: Error response from daemon: path /mnt is mounted on /mnt but it is not a shared mount

Run 'docker run --help' for more information
docker: Error response from daemon: path /mnt is mounted on /mnt but it is not a shared or slave mount

Run 'docker run --help' for more information
docker: Error response from daemon: path /mnt is mounted on /mnt but it is not a shared mount

Run 'docker run --help' for more information
`);
});

test('a mount namespace that takes what the host mounts sees the files of containers that start later', () => {
	expect(typed(`unshare -m --propagation slave sleep 100 & unshare -m sleep 100 & sleep 1
docker run -d --name box busybox sleep 1000 > /dev/null
for p in $(pidof sleep); do grep -c ' overlay ' /proc/$p/mounts; done | sort | uniq -c | sed 's/^ *//'`)).toBe('1 0\n2 1\n');
});
