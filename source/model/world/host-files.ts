// The root filesystem of a host: a Debian 12 server with docker and libvirt, and the account of the learner. What people look at is
// here with its content; programs are executables of the model (kernel/executable.ts).

import {accountFiles} from '../container/hub/account-files.js';
import {debianRelease, systemBashrc} from '../container/hub/base-debian.js';
import {gnu, gnuPrograms} from '../container/hub/program-names.js';
import {directory, type FileRecipe, program, symlink, text} from '../container/hub/recipe.js';
import {guestFiles} from './guest-files.js';

/** Programs of a host besides what the debian image has, by where Debian's packages put them. */
const hostPrograms: Readonly<Record<string, readonly string[]>> = {
	'/usr/bin': [
		'arch', 'bc', 'bridge', 'chsh', 'clear', 'column', 'curl', 'dig', 'docker', 'docker-compose', 'file', 'free', 'hexdump', 'host', 'htop', 'ip', 'join', 'journalctl', 'killall', 'kvm_stat', 'less', 'logger', 'login', 'lsmod', 'lxc-attach',
		'lxc-cgroup', 'lxc-checkconfig', 'lxc-config', 'lxc-console', 'lxc-copy', 'lxc-create', 'lxc-destroy', 'lxc-execute', 'lxc-freeze', 'lxc-info', 'lxc-ls', 'lxc-start', 'lxc-stop', 'lxc-unfreeze', 'lxc-wait', 'nano', 'nc', 'nslookup', 'pgrep', 'pidof', 'ping', 'pkill', 'ps', 'pstree', 'qemu-img', 'qemu-system-i386', 'qemu-system-x86_64', 'rev', 'fold', 'getfattr', 'setfattr', 'setsid', 'sha1sum',
		'netstat', 'ss', 'strings', 'systemctl', 'tcpdump', 'top', 'tree', 'uptime', 'vi', 'vim', 'virsh', 'vmm', 'virt-install', 'vmstat', 'watch', 'wget', 'xxd', 'cal', 'time', 'kubectl', 'lsblk', 'redis-cli',
	],
	'/usr/libexec/docker/cli-plugins': ['docker-buildx', 'docker-compose'],
	'/usr/sbin': ['arp', 'brctl', 'capsh', 'getpcaps', 'dockerd', 'ifconfig', 'iptables', 'iptables-save', 'libvirtd', 'lvs', 'modprobe', 'ovs-vsctl', 'reboot', 'route', 'sysctl', 'useradd', 'xl'],
};

/**
 * Run with the rights of their owner, root.
 * Simplified: mount and umount are, too, on Debian, and then refuse users what /etc/fstab does not allow them. Here nothing is allowed, and the kernel refuses it.
 */
const setUserId = ['su', 'sudo', 'passwd', 'newuidmap', 'newgidmap'] as const;

export const learnerId = 1000;
export const dockerGroup = 998;
export const libvirtGroup = 64_055;
export const kvmGroup = 104;

const users = `systemd-network:x:998:998:systemd Network Management:/:/usr/sbin/nologin
messagebus:x:100:107::/nonexistent:/usr/sbin/nologin
sshd:x:101:65534::/run/sshd:/usr/sbin/nologin
libvirt-qemu:x:64055:104:Libvirt Qemu,,,:/var/lib/libvirt:/usr/sbin/nologin
learner:x:1000:1000:Learner,,,:/home/learner:/bin/bash
`;

const groups = `systemd-network:x:996:
kvm:x:104:
docker:x:998:learner
libvirt:x:64055:learner
learner:x:1000:
`;

const folders = [
	'/boot', '/dev', '/etc', '/home', '/lost+found', '/media', '/mnt', '/opt', '/proc', '/run', '/srv', '/sys', '/usr/bin', '/usr/sbin', '/usr/lib', '/usr/lib64', '/usr/local/bin', '/usr/local/sbin', '/usr/share', '/var/lib/docker', '/var/lib/libvirt', '/var/lib/libvirt/images', '/etc/libvirt',
	'/var/lib/libvirt/images', '/var/log', '/var/cache', '/etc/docker', '/etc/libvirt/qemu', '/var/spool', '/var/mail',
] as const;

const profile = `# /etc/profile: system-wide .profile file for the Bourne shell (sh(1))
if [ "$(id -u)" -eq 0 ]; then
  PATH="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
else
  PATH="/usr/local/bin:/usr/bin:/bin:/usr/local/games:/usr/games"
fi
export PATH
if [ "\${PS1-}" ] && [ "$BASH" ] && [ "$BASH" != "/bin/sh" ]; then
  if [ -f /etc/bash.bashrc ]; then
    . /etc/bash.bashrc
  fi
fi
`;

function hostsFile(hostname: string): string {
	return `127.0.0.1\tlocalhost
127.0.1.1\t${hostname}
::1\tlocalhost ip6-localhost ip6-loopback
ff02::1\tip6-allnodes
ff02::2\tip6-allrouters
`;
}

/** All files of a host, in the order in which they are laid out. */
export function hostFiles(options: {readonly hostname: string; readonly nameServer: string}): readonly FileRecipe[] {
	const {hostname, nameServer} = options;
	const own = {uid: learnerId, gid: learnerId};
	return [
		...folders.map(path => directory(path)),
		directory('/root', {mode: 0o700}),
		directory('/tmp', {mode: 0o1777}),
		directory('/var/tmp', {mode: 0o1777}),
		...[['/bin', 'usr/bin'], ['/sbin', 'usr/sbin'], ['/lib', 'usr/lib'], ['/lib64', 'usr/lib64'], ['/var/run', '/run']].map(([path, target]) => symlink(path!, target!)),
		...accountFiles('debian', {users, groups}),
		text('/etc/subuid', 'learner:100000:65536\n'),
		text('/etc/subgid', 'learner:100000:65536\n'),
		text('/etc/hostname', `${hostname}\n`),
		text('/etc/hosts', hostsFile(hostname)),
		text('/etc/resolv.conf', `nameserver ${nameServer}\n`),
		text('/etc/os-release', debianRelease.osRelease),
		text('/etc/debian_version', '12.11\n'),
		text('/etc/issue', 'Debian GNU/Linux 12 \\n \\l\n\n'),
		text('/etc/profile', profile),
		text('/etc/bash.bashrc', systemBashrc),
		text('/etc/shells', '/bin/sh\n/bin/bash\n/usr/bin/bash\n/bin/dash\n'),
		text('/etc/nsswitch.conf', 'passwd:         files\ngroup:          files\nhosts:          files dns\n'),
		text('/etc/docker/daemon.json', '{}\n'),
		...gnuPrograms({family: 'debian', hasProcps: true}),
		...[...Object.entries(hostPrograms)].flatMap(([folder, names]) => names.map(name => gnu(`${folder}/${name}`, name))),
		...guestFiles(),
		gnu('/usr/bin/dash', 'dash'),
		// Debian's busybox-static, from which rootfs directories are made by hand.
		program('/usr/bin/busybox', 'busybox', {flavour: 'busybox', sizeBytes: 1_974_048}),
		symlink('/usr/bin/sh', 'dash'),
		...setUserId.map(name => program(`/usr/bin/${name}`, name, {mode: 0o4755})),
		directory('/home/learner', own),
		text('/home/learner/.bashrc', 'case $- in\n    *i*) ;;\n      *) return;;\nesac\n\nHISTSIZE=1000\nPS1=\'\\u@\\h:\\w\\$ \'\nalias ll=\'ls -l\'\nalias la=\'ls -A\'\n', own),
		text('/home/learner/.profile', 'if [ -n "$BASH_VERSION" ]; then\n    if [ -f "$HOME/.bashrc" ]; then\n        . "$HOME/.bashrc"\n    fi\nfi\n', own),
	];
}
