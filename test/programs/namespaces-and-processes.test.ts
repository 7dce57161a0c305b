// unshare, nsenter, lsns, pivot_root, top, pstree, killall, pkill and sysctl in the words of Debian 12 (util-linux 2.38.1, procps 4.0.2, psmisc 23.6).

import {expect, test} from 'vitest';
import {TestHost} from '../support/test-host.js';

function typed(script: string, uid = 0): string {
	return new TestHost().run(['/usr/bin/env', 'bash', '-c', `exec 2>&1\n${script}`], {env: {LC_ALL: 'C'}, uid, cwd: '/'}).stdout;
}

test('a namespace is made for a program', () => {
	expect(typed('unshare -u sh -c "hostname x; hostname"; hostname; unshare -fp --mount-proc ps ax; unshare -n ip -br link; unshare -u nope; echo $?; unshare -R /nx true')).toBe(`x
lab
    PID TTY      STAT   TIME COMMAND
      1 ?        R      0:00 ps ax
lo               DOWN           00:00:00:00:00:00 <LOOPBACK> 
unshare: failed to execute nope: No such file or directory
127
unshare: cannot change root directory to '/nx': No such file or directory
`);
});

test('a user may make a user namespace, and no other', () => {
	expect(typed('unshare -m true; echo $?; unshare -r sh -c "cat /proc/self/uid_map /proc/self/setgroups; hostname y"; unshare -ru sh -c "hostname y; hostname"', 1000)).toBe(`unshare: unshare failed: Operation not permitted
1
         0       1000          1
deny
hostname: you must be root to change the host name
y
`);
});

test('nsenter joins the namespaces of a process', () => {
	expect(typed('unshare -un sleep 100 & sleep 1; P=$(pidof sleep | cut -d" " -f1); nsenter -t $P -u hostname other; hostname; nsenter -t $P -u hostname; nsenter -t $P -n ip -br link; nsenter -t $P -a hostname; nsenter -t 99999 -m true; nsenter -m true; nsenter -t x -m true; kill $P')).toBe(`lab
other
lo               DOWN           00:00:00:00:00:00 <LOOPBACK> 
other
nsenter: cannot open /proc/99999/ns/mnt: No such file or directory
nsenter: neither filename nor target pid supplied for ns/mnt
nsenter: failed to parse pid: 'x'
`);
});

test('lsns lists them with the first of their processes', () => {
	expect(typed('unshare -u sleep 100 & sleep 1; lsns -o TYPE,NPROCS,USER,COMMAND -t uts; lsns -t xx; lsns -o FOO; kill %1')).toMatch(/^TYPE +NPROCS USER COMMAND\nuts +\d+ root systemd\nuts +1 root sleep 100\nlsns: unknown namespace type: xx\nlsns: unknown column: FOO\n$/v);
});

test('pivot_root', () => {
	expect(typed('pivot_root; pivot_root / /; unshare -m bash -c "mount -t tmpfs t /mnt; mkdir /mnt/old; cd /mnt; pivot_root . old; /old/bin/ls /"')).toBe(`pivot_root: bad usage
Try 'pivot_root --help' for more information.
pivot_root: failed to change root from \`/' to \`/': Invalid argument
old
`);
});

test('top shows the machine and its processes', () => {
	const lines = typed('top -bn1 -p 1,2').split('\n');
	expect(lines[0]).toMatch(/^top - 08:00:\d\d up 0 min,  \d users?,  load average: \d\.00, \d\.00, \d\.00$/v);
	expect(lines.slice(1)).toEqual([
		'Tasks:   2 total,   0 running,   2 sleeping,   0 stopped,   0 zombie', expect.stringMatching(/^%Cpu\(s\): .* st $/v), expect.stringMatching(/^MiB Mem :  16384\.0 total, /v), expect.stringMatching(/^MiB Swap:      0\.0 total, /v), '',
		'    PID USER      PR  NI    VIRT    RES    SHR S  %CPU  %MEM     TIME+ COMMAND',
		expect.stringMatching(/^      1 root      20   0 .* systemd$/v), expect.stringMatching(/^      2 root      20   0 .* dockerd$/v), '',
	]);
	expect(typed('top')).toBe('        top: failed tty get\n');
});

test('pstree draws who made whom', () => {
	expect(typed('sleep 9 & sleep 9 & bash -c "sleep 8; :" & sleep 1; pstree -A $$; :')).toBe('bash-+-bash---sleep\n     |-pstree\n     `-2*[sleep]\n');
});

test('signals by name', () => {
	expect(typed('sleep 9 & pkill -9 sleep; wait $!; echo $?; sleep 9 & killall -s HUP sleep; wait $!; echo $?; killall sleep; pkill --signal NONE x; echo $?')).toBe(`137
129
sleep: no process found
pkill: Unknown signal "NONE".
2
`);
});

test('sysctl', () => {
	expect(typed('sysctl kernel.hostname nx.y; sysctl -n kernel.hostname; sysctl -w vm.swappiness=10; cat /proc/sys/vm/swappiness; sysctl -w vm.swappiness; sysctl -w nx.y=1')).toBe(`kernel.hostname = lab
sysctl: cannot stat /proc/sys/nx/y: No such file or directory
lab
vm.swappiness = 10
10
sysctl: "vm.swappiness" must be of the form name=value
sysctl: cannot stat /proc/sys/nx/y: No such file or directory
`);
	expect(typed('sysctl -w vm.swappiness=10; sysctl vm.swappiness', 1000)).toBe('sysctl: permission denied on key "vm.swappiness"\nvm.swappiness = 60\n');
});

test('editors of the full screen say what to do instead', () => {
	expect(typed('vi a.txt; echo $?')).toBe(`virtlab: vi: editing on the full screen is not modelled. Write the file with a here-document:

  cat > a.txt <<'EOF'
  the new text
  EOF

or change it in place: sed -i 's/old/new/' a.txt
1
`);
});

test('busybox lists its applets', () => {
	expect(new TestHost().sh('docker run --rm busybox busybox --list | head -4; docker run --rm busybox busybox | tail -1').stdout.split('\n').slice(-6)).toEqual(['[', 'addgroup', 'adduser', 'arch', expect.stringMatching(/^\t.*yes, zcat$/v), '']);
});
