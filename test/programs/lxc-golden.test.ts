// LXC 5.0.2, against what it answered on a real Debian 12 to the same lines (test/golden/lxc).

import {readFileSync} from 'node:fs';
import {expect, test} from 'vitest';
import {TestHost} from '../support/test-host.js';

const golden = (name: string): string => readFileSync(new URL(`../golden/lxc/${name}`, import.meta.url), 'utf8');

function played(name: string): string {
	return new TestHost().run(['/usr/bin/env', 'bash', '-c', `exec 2>&1; ${golden(`${name}.sh`)}`], {cwd: '/', env: {LC_ALL: 'C'}}).stdout;
}

test('a container that there is not, and options that make no sense', () => {
	expect(played('errors')).toBe(golden('errors.txt'));
});

test('a container\'s life: made, started, entered, frozen, stopped, copied, destroyed', () => {
	expect(played('lifecycle')).toBe(golden('lifecycle.txt'));
});

test('limits of the configuration are set, a frozen container can be stopped, and what is not modelled says so', () => {
	expect(new TestHost().run(['/usr/bin/env', 'bash', '-c', `exec 2>&1
lxc-create -n web -t download -- -d alpine -r 3.20 -a amd64
echo 'lxc.cgroup2.memory.max = 32M' >> /var/lib/lxc/web/config; lxc-start web; sleep 2
lxc-cgroup -n web memory.max; lxc-cgroup -n web pids.max 40; lxc-cgroup -n web pids.max; cat /sys/fs/cgroup/lxc.payload.web/pids.max; lxc-cgroup -n web nope
lxc-attach web -- cat /etc/alpine-release; lxc-attach web -- ping -c1 10.0.3.1 | grep received
lxc-freeze web; timeout 5 lxc-attach web -- true; echo $?; lxc-stop -k web; lxc-info -n web -s
lxc-console -n web; lxc-start web; lxc-console -n web; lxc-destroy -f web; lxc-create -n .. -t none; lxc-destroy -n ..; ls -d /var/lib/lxc; lxc-create -n b -t busybox -B btrfs`], {cwd: '/', env: {LC_ALL: 'C'}}).stdout).toBe(`Downloading the image index
Downloading the rootfs
Downloading the metadata
The image cache is now ready
Unpacking the rootfs

---
You just created an Alpinelinux 3.20 x86_64 (20241120_13:00) container.
33554432
40
40
lxc-cgroup: web: ../src/lxc/tools/lxc_cgroup.c: main: 122 Failed to retrieve value of 'nope' for '/var/lib/lxc:web'
3.20.3
1 packets transmitted, 1 packets received, 0% packet loss
124
State:          STOPPED
lxc-console: web: ../src/lxc/tools/lxc_console.c: main: 129 web is not running
lxc-console: virtlab: consoles are not modelled; use lxc-attach -n web
lxc-create: ..: ../src/lxc/lxccontainer.c: __lxcapi_create: 1818 Failed to create container ..
lxc-create: ..: ../src/lxc/tools/lxc_create.c: main: 317 Failed to create container ..
lxc-destroy: ..: ../src/lxc/tools/lxc_destroy.c: main: 240 Container is not defined
/var/lib/lxc
lxc-create: virtlab: the backing store btrfs is not modelled
`);
});
