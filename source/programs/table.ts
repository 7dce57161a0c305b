// All programs that can be executed in the model, by the name that executables carry in their note (model/kernel/executable.ts).

import type {Program, ProgramTable} from '../model/kernel/program.js';
import {ash, bash, dash, sh} from '../shell/shell-program.js';
import {busyboxOf, unmodelled} from './busybox.js';
import {dockerd} from '../engine-api/daemon.js';
import {libvirtd} from './libvirtd.js';
import {kvmStat} from './kvm-stat.js';
import {lscpu} from './lscpu.js';
import {lsmod} from './lsmod.js';
import {qemuSystemI386} from './qemu-system-i386.js';
import {qemuSystem} from './qemu-system-x86_64.js';
import {virsh} from './virsh/virsh.js';
import {vmm} from './vmm.js';
import {nginx} from './nginx.js';
import {httpd} from './httpd.js';
import {htpasswd} from './htpasswd.js';
import {registry} from './registry.js';
import {redisServer} from './redis-server.js';
import {redisCli} from './redis-cli.js';
import {docker} from './docker/docker.js';
import {dockerCompose} from './compose/compose.js';
import {curl} from './curl.js';
import {ss} from './ss.js';
import {tar} from './tar.js';
import {gunzip, gzip, zcat} from './gzip.js';
import {ip} from './ip/ip.js';
import {iptables, iptablesSave} from './iptables/iptables.js';
import {arp} from './arp.js';
import {brctl} from './brctl.js';
import {dig, host} from './host.js';
import {tcpdump} from './tcpdump.js';
import {ifconfig} from './ifconfig.js';
import {netstat} from './netstat.js';
import {route} from './route.js';
import {bridge} from './bridge.js';
import {nslookup} from './nslookup.js';
import {su, sudo} from './sudo.js';
import {wget} from './wget.js';
import {df} from './df.js';
import {free, uptime} from './free.js';
import {groups, id, whoami} from './id.js';
import {kill, pgrep, pidof, pkill} from './kill.js';
import {mount, mountpoint, umount} from './mount.js';
import {ping} from './ping.js';
import {ps} from './ps.js';
import {arch, hostname, uname} from './uname.js';
import {cat} from './cat.js';
import {echo} from './echo.js';
import {printf} from './printf.js';
import {sort} from './sort.js';
import {uniq} from './uniq.js';
import {cut} from './cut.js';
import {head} from './head.js';
import {tail} from './tail.js';
import {wc} from './wc.js';
import {tr} from './tr.js';
import {tee} from './tee.js';
import {seq} from './seq.js';
import {true_} from './true.js';
import {false_} from './false.js';
import {yes} from './yes.js';
import {tac} from './tac.js';
import {rev} from './rev.js';
import {nl} from './nl.js';
import {fold} from './fold.js';
import {paste} from './paste.js';
import {comm} from './comm.js';
import {hello} from './hello.js';
import {capsh, getpcaps} from './capability-tools.js';
import {newgidmap, newuidmap} from './id-maps.js';
import {setsid} from './setsid.js';
import {lxcConsole, lxcCopy, lxcCreate, lxcDestroy} from './lxc/disk-tools.js';
import {getty, init, syslogd, udhcpc} from './lxc/guest-programs.js';
import {lxcAttach, lxcExecute, lxcFreeze, lxcStart, lxcStop, lxcUnfreeze, lxcWait} from './lxc/run-tools.js';
import {lxcCgroup, lxcCheckconfig, lxcConfig, lxcInfo, lxcLs} from './lxc/show-tools.js';
import {ls} from './ls.js';
import {cp} from './cp.js';
import {mv} from './mv.js';
import {rm} from './rm.js';
import {mkdir} from './mkdir.js';
import {rmdir} from './rmdir.js';
import {ln} from './ln.js';
import {touch} from './touch.js';
import {chmod} from './chmod.js';
import {chown} from './chown.js';
import {chgrp} from './chgrp.js';
import {stat} from './stat.js';
import {find} from './find.js';
import {grep} from './grep.js';
import {egrep} from './grep.js';
import {fgrep} from './grep.js';
import {sed} from './sed.js';
import {awk} from './awk.js';
import {xargs} from './xargs.js';
import {date} from './date.js';
import {basename} from './basename.js';
import {dirname} from './dirname.js';
import {realpath} from './realpath.js';
import {readlink} from './readlink.js';
import {mktemp} from './mktemp.js';
import {test} from './test.js';
import {expr} from './expr.js';
import {cmp} from './cmp.js';
import {diff} from './diff.js';
import {od} from './od.js';
import {hexdump} from './hexdump.js';
import {xxd} from './xxd.js';
import {base64} from './base64.js';
import {md5sum} from './md5sum.js';
import {sha1sum} from './sha1sum.js';
import {sha256sum} from './sha256sum.js';
import {truncate} from './truncate.js';
import {dd} from './dd.js';
import {sync} from './sync.js';
import {split} from './split.js';
import {printenv} from './printenv.js';
import {pwd} from './pwd.js';
import {env} from './env.js';
import {sleep} from './sleep.js';
import {timeout} from './timeout.js';
import {nohup} from './nohup.js';
import {nproc} from './nproc.js';
import {tty} from './tty.js';
import {stty} from './stty.js';
import {clear} from './clear.js';
import {less} from './less.js';
import {more} from './more.js';
import {file} from './file.js';
import {which} from './which.js';
import {install} from './install.js';
import {strings} from './strings.js';
import {tree} from './tree.js';
import {du} from './du.js';
import {mkfifo} from './mkfifo.js';
import {mknod} from './mknod.js';
import {link, unlink} from './link.js';
import {sha512sum} from './sha512sum.js';
import {getfattr} from './getfattr.js';
import {setfattr} from './setfattr.js';
import {setpriv} from './setpriv.js';
import {chroot} from './chroot.js';
import {unshare} from './unshare.js';
import {nsenter} from './nsenter.js';
import {lsns} from './lsns.js';
import {pivotRoot} from './pivot-root.js';
import {killall} from './killall.js';
import {pstree} from './pstree.js';
import {top} from './top.js';
import {sysctl} from './sysctl.js';
import {fullScreenEditor} from './full-screen-editor.js';
import {nc} from './nc.js';
import {shuf} from './shuf.js';
import {column} from './column.js';

const programs: Record<string, Program> = {
	ash,
	bash,
	dash,
	sh,
	busybox: busyboxOf(name => programs[name]),
	unmodelled,
	hello,
	dockerd,
	libvirtd,
	kvm_stat: kvmStat,
	lscpu,
	lsmod,
	'qemu-system-i386': qemuSystemI386,
	'qemu-system-x86_64': qemuSystem,
	virsh,
	nginx,
	httpd,
	registry,
	htpasswd,
	'redis-server': redisServer,
	'redis-cli': redisCli,
	docker,
	'docker-compose': dockerCompose,
	curl,
	ss,
	tar,
	gunzip,
	gzip,
	zcat,
	ip,
	arp,
	brctl,
	dig,
	host,
	tcpdump,
	ifconfig,
	netstat,
	route,
	bridge,
	iptables,
	'iptables-save': iptablesSave,
	nslookup,
	su,
	sudo,
	wget,
	df,
	free,
	uptime,
	groups,
	id,
	whoami,
	kill,
	pgrep,
	pidof,
	pkill,
	mount,
	mountpoint,
	umount,
	ping,
	ps,
	arch,
	hostname,
	uname,
	cat,
	echo,
	printf,
	sort,
	uniq,
	cut,
	head,
	tail,
	wc,
	tr,
	tee,
	seq,
	true: true_,
	false: false_,
	yes,
	tac,
	rev,
	nl,
	fold,
	paste,
	comm,
	ls,
	cp,
	mv,
	rm,
	mkdir,
	rmdir,
	ln,
	touch,
	chmod,
	chown,
	chgrp,
	stat,
	find,
	grep,
	egrep,
	fgrep,
	sed,
	awk,
	xargs,
	date,
	basename,
	dirname,
	realpath,
	readlink,
	mktemp,
	test,
	'[': test,
	expr,
	cmp,
	diff,
	od,
	hexdump,
	xxd,
	base64,
	md5sum,
	sha1sum,
	sha256sum,
	truncate,
	dd,
	sync,
	split,
	printenv,
	pwd,
	env,
	sleep,
	timeout,
	nohup,
	nproc,
	tty,
	stty,
	clear,
	less,
	more,
	file,
	which,
	install,
	strings,
	tree,
	du,
	mkfifo,
	mknod,
	link,
	unlink,
	sha512sum,
	getfattr,
	setfattr,
	shuf,
	column,
	nc,
	killall,
	pstree,
	top,
	sysctl,
	vi: fullScreenEditor,
	vim: fullScreenEditor,
	nano: fullScreenEditor,
	unshare,
	nsenter,
	lsns,
	pivot_root: pivotRoot,
	setpriv,
	chroot,
	'lxc-attach': lxcAttach,
	'lxc-cgroup': lxcCgroup,
	'lxc-checkconfig': lxcCheckconfig,
	'lxc-config': lxcConfig,
	'lxc-console': lxcConsole,
	'lxc-copy': lxcCopy,
	'lxc-create': lxcCreate,
	'lxc-destroy': lxcDestroy,
	'lxc-execute': lxcExecute,
	'lxc-freeze': lxcFreeze,
	'lxc-info': lxcInfo,
	'lxc-ls': lxcLs,
	'lxc-start': lxcStart,
	'lxc-stop': lxcStop,
	'lxc-unfreeze': lxcUnfreeze,
	'lxc-wait': lxcWait,
	init,
	getty,
	syslogd,
	udhcpc,
	setsid,
	capsh,
	getpcaps,
	newuidmap,
	newgidmap,
	vmm,
};

export const programTable: ProgramTable = new Map(Object.entries(programs));
