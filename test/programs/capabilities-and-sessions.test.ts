// capsh, getpcaps and setsid in the words of Debian 12 (recorded from libcap 2.66 and util-linux 2.38.1).

import {expect, test} from 'vitest';
import {TestHost} from '../support/test-host.js';

function typed(script: string, uid = 0): string {
	return new TestHost().run(['/usr/bin/env', 'bash', '-c', `exec 2>&1\n${script}`], {env: {LC_ALL: 'C'}, uid, cwd: '/'}).stdout;
}

test('capsh says what a mask means, and takes capabilities out of the bounding set', () => {
	expect(typed('capsh --decode=00000000a80425fb; capsh --drop=cap_chown -- -c "grep -E \'Cap(Prm|Bnd)\' /proc/self/status; touch /tmp/f; chown 5 /tmp/f"; capsh --drop=cap_nope; echo $?')).toBe(`0x00000000a80425fb=cap_chown,cap_dac_override,cap_fowner,cap_fsetid,cap_kill,cap_setgid,cap_setuid,cap_setpcap,cap_net_bind_service,cap_net_raw,cap_sys_chroot,cap_mknod,cap_audit_write,cap_setfcap
CapPrm:\t000001fffffffffe
CapBnd:\t000001fffffffffe
chown: changing ownership of '/tmp/f': Operation not permitted
capability [cap_nope] is unknown to libcap
1
`);
});

test('capsh --print shows the sets of the caller', () => {
	const lines = typed('capsh --drop=cap_sys_resource,cap_sys_time -- -c "capsh --print"').split('\n');
	expect(lines[0]).toBe('Current: =ep cap_sys_resource,cap_sys_time-ep');
	expect(lines.slice(2, 5)).toEqual(['Ambient set =', 'Current IAB: !cap_sys_resource,!cap_sys_time', 'Securebits: 00/0x0/1\'b0 (no-new-privs=0)']);
	expect(typed('capsh --print | grep -E "^(Current|uid|gid)"', 1000)).toBe('Current: =\nCurrent IAB: \nuid=1000(learner) euid=1000(learner)\ngid=1000(learner)\n');
});

test('getpcaps tells containers from what runs on the host', () => {
	expect(typed('docker pull -q busybox > /dev/null; docker run -d --name box --user 33 busybox sleep 100 > /dev/null; docker run -d --name root busybox sleep 100 > /dev/null; getpcaps 1 $(docker inspect -f "{{.State.Pid}}" box) | sed "s/^[0-9]*//"; getpcaps $(docker inspect -f "{{.State.Pid}}" root) | sed "s/^[0-9]*//"; grep CapBnd /proc/$(docker inspect -f "{{.State.Pid}}" box)/status; getpcaps 99999; echo $?')).toBe(`: =ep
: =
: cap_chown,cap_dac_override,cap_fowner,cap_fsetid,cap_kill,cap_setgid,cap_setuid,cap_setpcap,cap_net_bind_service,cap_net_raw,cap_sys_chroot,cap_mknod,cap_audit_write,cap_setfcap=ep
CapBnd:\t00000000a80425fb
Failed to get cap's for process 99999: (No such process)
1
`);
});

test('setsid begins a session, in a child if it leads a group', () => {
	expect(typed(`cat > /tmp/own.sh <<'END'
set -- $(cat /proc/$$/stat)
test $1 = $6 && echo a session of its own
END
setsid; echo $?; setsid nope; echo $?; setsid sh -c "exit 3"; echo $?; setsid -w sh -c "exit 3"; echo $?; sh /tmp/own.sh; setsid sh /tmp/own.sh; sleep 1`)).toBe(`setsid: no command specified
Try 'setsid --help' for more information.
1
setsid: failed to execute nope: No such file or directory
127
3
3
a session of its own
`);
});

test('a namespace lives as long as somebody is in it, has it open, or has bound it to a file', () => {
	expect(typed(`touch /run/kept; unshare --uts=/run/kept hostname kept; hostname; nsenter --uts=/run/kept hostname
grep kept /proc/self/mounts; umount /run/kept; nsenter --uts=/run/kept hostname
ip link add a0 type veth peer name b0; unshare -n sleep 5 & sleep 1; ip link set b0 netns $!; ip -br link show a0 | cut -c1-6; wait; ip link show a0`)).toBe(`lab
kept
nsfs /run/kept nsfs rw 0 0
nsenter: reassociate to namespace 'ns/uts' failed: Invalid argument
a0@if4
Device "a0" does not exist.
`);
});
