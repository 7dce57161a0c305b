// All commands of virsh by groups, and the names of those that the model does not have.

import {domainManagement} from './domain-management.js';
import {domainMonitoring} from './domain-monitoring.js';
import type {VirshCommand} from './command.js';
import {type CommandGroup, helpOfCommand, helpOfGroup, helpOfGroups} from './help-command.js';
import {hostCommands} from './host-commands.js';
import {processorCommands} from './processor-commands.js';

const help: VirshCommand = {
	name: 'help', info: 'print help', options: [{name: 'command', kind: 'text', isPositional: true, help: 'Prints global help, command specific help, or help for a group of related commands'}],
	* run(virsh, given) {
		const name = given.text('command');
		if (name === undefined) {
			yield * virsh.print(helpOfGroups(commandGroups));
			return true;
		}

		const group = commandGroups.find(({keyword}) => keyword === name);
		const command = findCommand(name);
		if (group === undefined && command === undefined) {
			return yield * virsh.fail(`command or command group '${name}' doesn't exist`);
		}

		yield * virsh.print(command === undefined ? helpOfGroup(group!) : helpOfCommand(command));
		return true;
	},
};

const quit: VirshCommand = {name: 'quit', info: 'quit this interactive terminal', options: [], run: stay};
const exit: VirshCommand = {...quit, name: 'exit'};

/** The loop over lines looks at the name; outside of it there is nothing to quit. */
function * stay(): Generator<never, boolean> {
	return true;
}

export const commandGroups: readonly CommandGroup[] = [
	{name: 'Domain Management', keyword: 'domain', commands: [...domainManagement, ...processorCommands].sort((a, b) => a.name < b.name ? -1 : 1)},
	{name: 'Domain Monitoring', keyword: 'monitor', commands: domainMonitoring},
	{name: 'Host and Hypervisor', keyword: 'host', commands: hostCommands},
	{name: 'Virsh itself', keyword: 'virsh', commands: [exit, help, quit]},
];

const byName = new Map(commandGroups.flatMap(({commands}) => commands.map(command => [command.name, command] as const)));

export function findCommand(name: string): VirshCommand | undefined {
	return byName.get(name);
}

/** Commands of libvirt 9.0's virsh that are not modelled; they are refused by name, not called unknown. */
export const unmodelledCommands: ReadonlySet<string> = new Set(`attach-device attach-disk attach-interface blkdeviotune blkiotune blockcommit blockcopy blockjob blockpull blockresize
change-media console cpu-stats crash desc detach-device detach-disk detach-interface domblkerror domblkinfo domblklist domblkstat domcontrol domdisplay domfsinfo domhostname domif-getlink
domif-setlink domifaddr domiflist domifstat domjobabort domjobinfo dommemstat domrename domtime dump edit emulatorpin event get-user-sshkeys guestinfo guestvcpus inject-nmi iothreadadd iothreaddel iothreadinfo
iothreadpin managedsave managedsave-define managedsave-dumpxml managedsave-edit managedsave-remove memtune metadata migrate migrate-compcache migrate-getmaxdowntime migrate-getspeed migrate-postcopy
migrate-setmaxdowntime migrate-setspeed numatune perf qemu-attach qemu-monitor-command qemu-monitor-event reset restore save save-image-define save-image-dumpxml save-image-edit screenshot send-key
send-process-signal set-user-password set-user-sshkeys setvcpu ttyconsole vncdisplay allocpages cpu-baseline cpu-compare cpu-models domcapabilities freepages hypervisor-cpu-baseline
hypervisor-cpu-compare node-memory-tune nodecpumap nodecpustats nodememstats nodesuspend sysinfo checkpoint-create checkpoint-create-as checkpoint-delete checkpoint-dumpxml checkpoint-edit checkpoint-info
checkpoint-list checkpoint-parent iface-begin iface-bridge iface-commit iface-define iface-destroy iface-dumpxml iface-edit iface-list iface-mac iface-name iface-rollback iface-start iface-unbridge
iface-undefine nwfilter-define nwfilter-dumpxml nwfilter-edit nwfilter-list nwfilter-undefine net-autostart net-create net-define net-destroy net-dhcp-leases net-dumpxml net-edit net-event net-info
net-list net-name net-start net-undefine net-update net-uuid nodedev-create nodedev-destroy nodedev-detach nodedev-dumpxml nodedev-event nodedev-list nodedev-reattach nodedev-reset secret-define
secret-dumpxml secret-event secret-get-value secret-list secret-set-value secret-undefine snapshot-create snapshot-create-as snapshot-current snapshot-delete snapshot-dumpxml snapshot-edit
snapshot-info snapshot-list snapshot-parent snapshot-revert backup-begin backup-dumpxml pool-autostart pool-build pool-capabilities pool-create pool-create-as pool-define pool-define-as pool-delete
pool-destroy pool-dumpxml pool-edit pool-event pool-info pool-list pool-name pool-refresh pool-start pool-undefine pool-uuid vol-clone vol-create vol-create-as vol-create-from vol-delete vol-download
vol-dumpxml vol-info vol-key vol-list vol-name vol-path vol-pool vol-resize vol-upload vol-wipe cd echo pwd connect domxml-from-native domxml-to-native`.split(/\s+/v));
