// The QEMU driver of libvirtd: domains are processes of the host, `qemu-system-x86_64`, which run as the user libvirt-qemu.
//
// Simplified: libvirt talks to each QEMU through a monitor socket; here the process looks at its record in the domain table
// when it is woken. Definitions are kept in that table, not in /etc/libvirt/qemu.

import {must} from '../../base/assert.js';
import {type DomainConfig, type Hypervisor, type HypervisorTx, type Refusal, refuse} from '../../model/hypervisor/domain-schema.js';
import {allDomains, findDomain} from '../../model/hypervisor/domain-table.js';
import {pressButton, stopped} from '../../model/hypervisor/life-cycle.js';
import {admit} from '../../model/host/admission.js';
import type {Host} from '../../model/host/schema.js';
import {placeOf, threadCount} from '../../model/host/topology.js';
import {reschedule} from '../../model/host/vcpu-schedule.js';
import {failed} from '../../model/kernel/errno.js';
import type {Process, Running} from '../../model/kernel/program.js';
import type {WorldTransaction} from '../../model/world/schema.js';
import {findTask, getTask} from '../../model/kernel/tasks.js';
import type {Driver} from './driver.js';
import type {NodeDocument} from './request.js';

export const libvirtVersion = '9.0.0';
export const qemuVersion = '7.2.17';
const emulator = '/usr/bin/qemu-system-x86_64';
const qemuUid = 64_055;
const kvmGid = 104;

/** The hypervisor of the host that a process runs on. */
export function hypervisorOf({sys}: Process): Hypervisor {
	const {tx, kernel} = sys.kernel();
	return {tx: tx as unknown as HypervisorTx, kernel};
}

export function hostOf({sys}: Process): Host {
	const {tx, kernel} = sys.kernel();
	return must([...(tx as unknown as WorldTransaction).table('host').values()].find(host => host.kernel === kernel), 'hostOf: the kernel belongs to no host');
}

/** What a QEMU process sleeps on until something about its domain changes. */
export function qemuChannel({kernel}: Hypervisor, name: string): string {
	return `qemu:${kernel}:${name}`;
}

/** A driver for one request: it must not be kept over a yield, since the transaction is that of the current action. */
export function qemuDriver(process: Process): Driver {
	const hypervisor = hypervisorOf(process);
	const host = hostOf(process);
	const access = process.sys.kernel();
	return {
		dialect: 'qemu',
		hypervisor,
		node: () => nodeDocument(process, host),
		capabilities: () => capabilities(host),
		admit: config => checkType(config) ?? admit(host, config),
		launch: config => checkMemory(config, host) ?? launch(process, config),
		destroy(domain) {
			const task = domain.live?.task;
			stopped(hypervisor, domain, 'destroyed');
			if (task !== undefined) {
				access.signal(task, 'KILL');
			}
		},
		press(domain, button) {
			pressButton(hypervisor, domain, button);
		},
		changed(name) {
			reschedule(hypervisor, host);
			access.wake(qemuChannel(hypervisor, name));
		},
	};
}

function checkType({type}: DomainConfig): Refusal | undefined {
	return type === 'kvm' || type === 'qemu' ? undefined : refuse(`unsupported configuration: Emulator '${emulator}' does not support virt type '${type}'`);
}

/** Linux refuses to map more than all memory there is (vm.overcommit_memory 0), so QEMU ends before it begins. */
function checkMemory({maxMemoryKib}: DomainConfig, host: Host): Refusal | undefined {
	return maxMemoryKib * 1024 > host.memoryBytes ? refuse(`internal error: process exited while connecting to monitor: ${emulator}: cannot set up guest memory 'pc.ram': Cannot allocate memory`) : undefined;
}

function launch(process: Process, config: DomainConfig): number | Refusal {
	const {sys} = process;
	const access = sys.kernel();
	const init = getTask(access.tx, access.kernel, 1);
	const nothing = sys.open('/dev/null', {read: true, write: true});
	const file = failed(nothing) ? undefined : access.fileOf(nothing);
	const task = access.spawn({
		name: 'qemu-system-x86', parent: 1, namespaces: init.namespaces, root: init.root, cwd: init.root, cgroup: init.cgroup, uid: qemuUid, gid: kvmGid, groups: [kvmGid, qemuUid], capabilities: [],
		env: new Map([['LC_ALL', 'C'], ['PATH', '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'], ['HOME', '/var/lib/libvirt/qemu']]), files: new Map(file === undefined ? [] : [0, 1, 2].map(fd => [fd, file])),
	}, child => runQemu(child, config));
	if (!failed(nothing)) {
		sys.close(nothing);
	}

	return failed(task) ? refuse(`internal error: process exited while connecting to monitor: ${emulator}: ${task.errno}`) : task;
}

function * runQemu(process: Process, config: DomainConfig): Running {
	const image = process.sys.execve(emulator, qemuArguments(config), process.env);
	return failed(image) ? 1 : yield * image.run();
}

/** The part of libvirt's long command line that the model has a meaning for. */
function qemuArguments({name, uuid, type, machine, maxMemoryKib, vcpus, maxVcpus}: DomainConfig): readonly string[] {
	const smp = vcpus === maxVcpus ? `${vcpus},sockets=${vcpus},cores=1,threads=1` : `${vcpus},maxcpus=${maxVcpus},sockets=${maxVcpus},cores=1,threads=1`;
	return [
		emulator, '-name', `guest=${name},debug-threads=on`, '-S', '-machine', `${machine},usb=off,dump-guest-core=off,memory-backend=pc.ram`, '-accel', type === 'kvm' ? 'kvm' : 'tcg', '-cpu', 'host',
		'-m', String(Math.ceil(maxMemoryKib / 1024)), '-smp', smp, '-uuid', uuid, '-display', 'none', '-no-user-config', '-nodefaults', '-msg', 'timestamp=on',
	];
}

/** Domains whose process has ended: by itself, or because somebody killed it. */
export function collectEnded(process: Process): void {
	const hypervisor = hypervisorOf(process);
	const {tx, kernel} = process.sys.kernel();
	let isAny = false;
	for (const domain of allDomains(hypervisor.tx, kernel)) {
		const task = domain.live?.task === undefined ? undefined : findTask(tx, kernel, domain.live.task);
		if (domain.live !== undefined && (task === undefined || task.state === 'zombie')) {
			stopped(hypervisor, domain, domain.live.ending);
			isAny = true;
		}
	}

	if (isAny) {
		reschedule(hypervisor, hostOf(process));
	}
}

/** Domains that are to start with the daemon. */
export function startAutostarted(process: Process, begin: (name: string) => void): void {
	const hypervisor = hypervisorOf(process);
	for (const {name} of allDomains(hypervisor.tx, hypervisor.kernel)) {
		const domain = findDomain(hypervisor, name);
		if (domain?.autostart === true && domain.live === undefined) {
			begin(name);
		}
	}
}

/** libvirt asks KVM: KVM_CAP_MAX_VCPUS of Linux 6.1. */
const kvmMaxVcpus = 1024;

function nodeDocument({sys}: Process, host: Host): NodeDocument {
	const {tx, kernel} = sys.kernel();
	const used = [...tx.table(`task:${kernel}`).values()].reduce((sum, task) => sum + task.memoryBytes, 0);
	return {
		hostname: sys.uname().nodename, model: 'x86_64', arch: 'x86_64', memoryKib: Math.floor(host.memoryBytes / 1024), cpus: threadCount(host), mhz: host.cpuMhz,
		// Simplified: sockets are not NUMA nodes here.
		cells: 1, sockets: host.sockets, cores: host.coresPerSocket, threads: host.threadsPerCore, mapCpus: threadCount(host), freeKib: [Math.floor((host.memoryBytes - used) / 1024)],
		maxVcpus: kvmMaxVcpus, hypervisor: `QEMU ${qemuVersion}`, api: `QEMU ${libvirtVersion}`, uri: 'qemu:///system', schedulerType: 'posix', securityModel: '', securityLabel: '',
	};
}

function capabilities(host: Host): string {
	const cpus = Array.from({length: threadCount(host)}, (_, cpu) => {
		const {socket, core} = placeOf(host, cpu);
		const siblings = Array.from({length: host.threadsPerCore}, (_unused, thread) => core + (thread * host.sockets * host.coresPerSocket));
		return `          <cpu id='${cpu}' socket_id='${socket}' die_id='0' core_id='${core % host.coresPerSocket}' siblings='${siblings.join(',')}'/>\n`;
	});
	return `<capabilities>

  <host>
    <cpu>
      <arch>x86_64</arch>
      <topology sockets='${host.sockets}' dies='1' cores='${host.coresPerSocket}' threads='${host.threadsPerCore}'/>
    </cpu>
    <topology>
      <cells num='1'>
        <cell id='0'>
          <memory unit='KiB'>${Math.floor(host.memoryBytes / 1024)}</memory>
          <cpus num='${threadCount(host)}'>
${cpus.join('')}          </cpus>
        </cell>
      </cells>
    </topology>
  </host>

  <guest>
    <os_type>hvm</os_type>
    <arch name='x86_64'>
      <wordsize>64</wordsize>
      <emulator>${emulator}</emulator>
      <domain type='qemu'/>
      <domain type='kvm'/>
    </arch>
  </guest>

</capabilities>
`;
}
