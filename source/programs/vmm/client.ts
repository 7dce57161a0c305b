// Finding the machines of the caller, and asking one.

import {parseJson} from '../../base/json.js';
import type {Reads} from '../../base/transaction.js';
import type {GuestRecord, GuestSchema} from '../../model/hypervisor/guest-schema.js';
import {guestsOf} from '../../model/hypervisor/guest-table.js';
import {connect} from '../../model/kernel/blocking.js';
import {failed} from '../../model/kernel/errno.js';
import type {Process} from '../../model/kernel/program.js';
import type {KernelSchema} from '../../model/kernel/schema.js';
import {JsonLines} from '../libvirt/json-lines.js';
import {joinPath} from '../paths.js';
import type {Blocking} from '../standard-io.js';
import {type Answer, readAnswer, type Request} from './request.js';

/** Where the caller keeps what is about machines. */
export function homeOf({env}: Process): string {
	return joinPath(env.get('HOME') ?? '/tmp', '.vmm');
}

export function socketOf(process: Process, name: string): string {
	return joinPath(homeOf(process), `run/${name}.sock`);
}

/** Those of the caller's user, in the order in which they were started. */
export function machinesOf({sys}: Process): readonly GuestRecord[] {
	const {tx, kernel} = sys.kernel();
	const {uid} = sys.credentials();
	return guestsOf(tx as unknown as Reads<GuestSchema & KernelSchema>, kernel).filter(guest => guest.uid === uid);
}

/** The machine of that name, or the one that was started last; else what to say. */
export function chooseMachine(process: Process, name: string | undefined): GuestRecord | string {
	const machines = machinesOf(process);
	const found = name === undefined ? machines.at(-1) : machines.find(machine => machine.name === name);
	return found ?? (name === undefined ? 'there is no machine; vmm run FILE.asm starts one' : `there is no machine "${name}"; vmm list shows those that there are`);
}

/** Undefined: its process is not there any more. */
export function * ask(process: Process, name: string, request: Request): Blocking<Answer | undefined> {
	const {sys} = process;
	const fd = sys.socket('unix');
	if (failed(fd) || failed(yield * connect(process, fd, {family: 'unix', path: socketOf(process, name)}))) {
		return undefined;
	}

	const lines = new JsonLines(process, fd);
	const line = (yield * lines.send(request)) ? yield * lines.next() : undefined;
	sys.close(fd);
	const parsed = line === undefined ? undefined : parseJson(line);
	return parsed !== undefined && 'value' in parsed ? readAnswer(parsed.value) : undefined;
}
