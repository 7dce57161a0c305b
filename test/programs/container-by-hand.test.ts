// A container without any container program: a root filesystem, six namespaces, a control group and a pair of links, each made by its own
// command. What Docker and LXC do is no more than this.

import {expect, test} from 'vitest';
import {TestHost} from '../support/test-host.js';

const host = new TestHost();

/** Runs lines as root in /srv/box, with standard error where standard output goes; what runs in the background stays for the next test. */
function typed(script: string): string {
	return host.run(['/usr/bin/env', 'bash', '-c', `exec 2>&1; mkdir -p /srv/box; cd /srv/box; P=$(pgrep -x sleep); ${script}`], {env: {LC_ALL: 'C'}}).stdout;
}

test('the files come from an image, unpacked into a directory', () => {
	expect(typed(`docker pull -q busybox > /dev/null; mkdir rootfs
docker export $(docker create busybox) | tar -x -C rootfs; ls rootfs | tr '\\n' ' '`)).toBe('bin dev etc home lib lib64 proc root sys tmp usr var ');
});

test('the limits are numbers in the files of a control group', () => {
	expect(typed('cd /sys/fs/cgroup; mkdir box; echo 64M > box/memory.max; echo 10 > box/pids.max; echo "50000 100000" > box/cpu.max; cat box/memory.max box/pids.max box/cpu.max; cat box/cgroup.procs; echo lots > box/memory.max')).toBe(`67108864
10
50000 100000
bash: line 1: echo: write error: Invalid argument
`);
});

test('a process enters the group, then new namespaces, then the new root; it is process 1 of what it sees', () => {
	expect(typed(`cat > enter.sh <<'END'
mount --bind rootfs rootfs                # pivot_root wants a mount point
cd rootfs; mkdir old
pivot_root . old
exec chroot . /bin/sh -c '
mount -t proc proc /proc
umount -l /old; rmdir /old
hostname box
exec sleep 1000'
END
sh -c 'echo $$ > /sys/fs/cgroup/box/cgroup.procs; exec unshare --mount --uts --ipc --net --pid --cgroup --fork sh enter.sh' &
sleep 1; P=$(pgrep -x sleep); nsenter -t $P -m -p ps; hostname; cat /proc/$P/cgroup; readlink /proc/$P/root; ls /proc/$P/root | head -3`)).toBe(`PID   USER     COMMAND
    1 root     sleep 1000
    9 root     ps
lab
0::/box
/
bin
dev
etc
`);
});

test('one end of a pair of links goes into the network namespace', () => {
	expect(typed(`nsenter -t $P -n ip -br link; ip link add box0 type veth peer name eth0 netns $P
ip addr add 10.9.0.1/24 dev box0; ip link set box0 up
nsenter -t $P -n sh -c 'ip addr add 10.9.0.2/24 dev eth0; ip link set eth0 up; ip link set lo up; ip -br -4 addr'
ping -c1 10.9.0.2 | grep transmitted`)).toBe(`lo               DOWN           00:00:00:00:00:00 <LOOPBACK> 
lo               UNKNOWN        127.0.0.1/8 
eth0@if4         UP             10.9.0.2/24 
1 packets transmitted, 1 received, 0% packet loss, time 0ms
`);
});

test('from inside, this is all there is', () => {
	expect(typed(`nsenter -t $P -a sh -c 'hostname; ps; mount; ls /; cd ..; cd ..; ls -d etc'`)).toBe(`box
PID   USER     COMMAND
    1 root     sleep 1000
   10 root     sh -c hostname; ps; mount; ls /; cd ..; cd ..; ls -d etc
   12 root     ps
/dev/vda1 on / type ext4 (rw,relatime,errors=remount-ro)
proc on /proc type proc (rw,relatime)
bin
dev
etc
home
lib
lib64
proc
root
sys
tmp
usr
var
etc
`);
});

test('from outside, it is a process with other namespaces', () => {
	expect(typed('ps -o pid,args -p $P; lsns -p $P -o TYPE,NPROCS,COMMAND; cat /sys/fs/cgroup/box/pids.current')).toMatch(/^ +PID COMMAND\n +\d+ sleep 1000\nTYPE +NPROCS COMMAND\nuser +\d+ systemd\n(?:(?:cgroup|ipc|uts|net|mnt) +2 .*unshare --mount .*\n){5}pid +1 .*sleep 1000\n2\n$/v);
});

test('the limits hold', () => {
	expect(typed(`sh -c 'echo $$ > /sys/fs/cgroup/box/cgroup.procs; for i in 1 2 3 4 5 6 7 8 9 10; do sleep 5 & done'; cat /sys/fs/cgroup/box/pids.events; sleep 6`)).toBe('sh: 1: Cannot fork: Resource temporarily unavailable\nmax 1\n');
});

test('a group is frozen and thawed, and not removed while somebody is in it; killed, the container takes its links along', () => {
	expect(typed(`cd /sys/fs/cgroup; echo 1 > box/cgroup.freeze; cat box/cgroup.events; echo 0 > box/cgroup.freeze
rmdir box; echo 1 > box/cgroup.kill; sleep 1; rmdir box; ls -d box; ip link show box0; mount | grep -c srv`)).toBe(`populated 1
frozen 1
rmdir: failed to remove 'box': Device or resource busy
ls: cannot access 'box': No such file or directory
Device "box0" does not exist.
0
`);
});
