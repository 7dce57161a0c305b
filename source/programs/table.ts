// All programs that can be executed in the model, by the name that executables carry in their note (model/kernel/executable.ts).

import type {Program, ProgramTable} from '../model/kernel/program.js';
import {ash, bash, dash, sh} from '../shell/shell-program.js';
import {busyboxOf, unmodelled} from './busybox.js';
import {dockerd} from '../engine-api/daemon.js';
import {nginx} from './nginx.js';
import {docker} from './docker/docker.js';
import {curl} from './curl.js';
import {ss} from './ss.js';
import {tar} from './tar.js';
import {gunzip, gzip, zcat} from './gzip.js';
import {ip} from './ip.js';
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

const programs: Record<string, Program> = {
	ash,
	bash,
	dash,
	sh,
	busybox: busyboxOf(name => programs[name]),
	unmodelled,
	hello,
	dockerd,
	nginx,
	docker,
	curl,
	ss,
	tar,
	gunzip,
	gzip,
	zcat,
	ip,
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
};

export const programTable: ProgramTable = new Map(Object.entries(programs));
