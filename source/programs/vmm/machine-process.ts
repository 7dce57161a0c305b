// The process that a guest runs in. It runs the guest a slice at a time, so that signals, timers and other processes get their turn, answers
// requests over a unix socket, and publishes the guest's record whenever it stops.
//
//     ~/.vmm/run/NAME.sock   a line of JSON in, a line out, by a thread for each client
//
// The machine itself is in the memory of this process, as a real one's is: kill -9 ends it, and its record is stale then (guest-table.ts).

import {encodeText} from '../../base/bytes.js';
import {parseJson} from '../../base/json.js';
import {rates} from '../../base/rates.js';
import type {Writes} from '../../base/transaction.js';
import type {GuestMachine, GuestStop} from '../../model/hypervisor/guest-machine.js';
import type {GuestSchema, GuestState} from '../../model/hypervisor/guest-schema.js';
import {guestRecord, hexBytes} from '../../model/hypervisor/guest-snapshot.js';
import {write} from '../../model/kernel/blocking.js';
import {failed} from '../../model/kernel/errno.js';
import type {Fd, Process, Running} from '../../model/kernel/program.js';
import {JsonLines} from '../libvirt/json-lines.js';
import type {Blocking} from '../standard-io.js';
import {answer} from './answers.js';
import {runSlice} from './guest-slice.js';
import {readRequest, type Report} from './request.js';

/** Slices between two publications of a guest that runs. */
const slicesPerRecord = 64;

export type Placed = {readonly name: string; readonly file: string; readonly socketPath: string; readonly budget: number; readonly isPaused: boolean};

export class MachineProcess {
	readonly guest: GuestMachine;
	readonly placed: Placed;
	readonly #process: Process;
	state: GuestState;
	detail: string | undefined;
	/** The guest's clock at which it has used up what it was given. */
	deadline: number;
	#version = 0;
	#printed = {port: 0, serial: 0};
	#isAttached: boolean;
	#report: Fd | undefined;

	constructor(process: Process, guest: GuestMachine, placed: Placed, {report, isAttached}: {readonly report: Fd; readonly isAttached: boolean}) {
		this.#process = process;
		this.guest = guest;
		this.placed = placed;
		this.state = placed.isPaused ? 'paused' : 'running';
		this.deadline = placed.budget;
		this.#report = report;
		this.#isAttached = isAttached;
	}

	* run(listener: Fd): Running {
		const {sys} = this.#process;
		for (const signal of ['TERM', 'INT', 'HUP'] as const) {
			sys.sigaction(signal, 'catch');
		}

		sys.sigaction('PIPE', 'ignore');
		this.publish();
		yield * this.#tell({kind: 'ready'});
		if (!this.#isAttached || this.state !== 'running') {
			yield * this.#detach();
		}

		for (let slices = 1; ; slices++) {
			const signals = sys.takeSignals();
			if (signals.includes('TERM') || signals.includes('HUP')) {
				return this.#leave();
			}

			if (signals.includes('INT')) {
				this.pause();
			}

			this.#accept(listener);
			if (this.state !== 'running') {
				yield * this.#detach();
				yield {kind: 'sleep', channels: [sys.readChannel(listener), this.#channel]};
				continue;
			}

			yield * this.#slice();
			if (this.state !== 'running' || slices % slicesPerRecord === 0) {
				this.publish();
			}
		}
	}

	get task(): number {
		return this.#process.sys.kernel().task;
	}

	/** Wakes the process up, after a request changed what it should do. */
	wake(): void {
		this.#process.sys.kernel().wake(this.#channel);
	}

	get #channel(): string {
		const {kernel} = this.#process.sys.kernel();
		return `vmm:${kernel}:${this.placed.socketPath}`;
	}

	/** One slice, and what it cost the host. */
	* #slice(): Blocking<void> {
		const {guest} = this;
		const {sys} = this.#process;
		const {stop, idle} = runSlice(this.#process, guest, this.deadline - guest.clock);
		this.#stopped(stop);
		if (this.#isAttached) {
			yield * this.#print();
		}

		yield idle > 0 && this.state === 'running' ? {kind: 'sleep', channels: [this.#channel], untilNs: sys.now() + idle * rates.guestInstructionNs} : {kind: 'step'};
	}

	/** Does single instructions, however the guest stands. */
	step(): void {
		this.#stopped(this.guest.run(1));
		if (this.state === 'running' || this.state === 'budget') {
			this.state = 'paused';
		}
	}

	get canRun(): boolean {
		return this.state === 'paused' || this.state === 'budget';
	}

	pause(): void {
		if (this.state === 'running') {
			this.state = 'paused';
			this.publish();
		}
	}

	continue(budget: number): void {
		this.state = 'running';
		this.deadline = this.guest.clock + budget;
		this.wake();
	}

	#stopped(stop: GuestStop): void {
		switch (stop.why) {
			case 'budget': {
				this.state = this.guest.clock >= this.deadline ? 'budget' : this.state;
				break;
			}

			case 'not-modelled': {
				this.state = 'not-modelled';
				this.detail = `${stop.what}: ${hexBytes(stop.bytes)} at 0x${stop.eip.toString(16)}`;
				break;
			}

			case 'exit': {
				this.state = 'not-modelled';
				this.detail = `VM exit ${stop.exit.reason}, which nobody handled`;
				break;
			}

			case 'crashed': {
				this.state = 'crashed';
				this.detail = stop.detail;
				break;
			}

			default: {
				this.state = stop.why;
			}
		}
	}

	publish(): void {
		const {sys} = this.#process;
		const access = sys.kernel();
		const {name, file} = this.placed;
		this.#version++;
		const record = guestRecord(this.guest, {name, file, task: access.task, uid: sys.credentials().uid}, {state: this.state, detail: this.detail, version: this.#version});
		(access.tx as unknown as Writes<GuestSchema>).put(`guest:${access.kernel}`, access.task, record);
	}

	/** Passes on what the guest has printed since the last time. Simplified: of text on both ports the debug port's comes first. */
	* #print(): Blocking<void> {
		const {debugConsole, serial} = this.guest.host;
		for (const [port, text] of [['port', debugConsole.text], ['serial', serial.text]] as const) {
			const bytes = text.since(this.#printed[port]);
			this.#printed[port] += bytes.length;
			if (bytes.length > 0) {
				yield * write(this.#process, 1, bytes);
			}
		}
	}

	/** Gives the terminal back: who started the guest goes on, and the guest stays to be looked at. */
	* #detach(): Blocking<void> {
		if (this.#report === undefined) {
			return;
		}

		const {sys} = this.#process;
		const dropped = this.guest.host.debugConsole.text.dropped + this.guest.host.serial.text.dropped;
		yield * this.#tell({kind: 'stopped', state: this.state, ...this.detail === undefined ? {} : {detail: this.detail}, instructions: this.guest.clock - this.guest.idle, dropped});
		sys.close(this.#report);
		this.#report = undefined;
		this.#isAttached = false;
		for (const fd of [0, 1, 2]) {
			sys.close(fd);
		}
	}

	* #tell(report: Report): Blocking<void> {
		if (this.#report !== undefined) {
			yield * write(this.#process, this.#report, encodeText(`${JSON.stringify(report)}\n`));
		}
	}

	#accept(listener: Fd): void {
		const {sys} = this.#process;
		for (;;) {
			const client = sys.accept(listener);
			if (failed(client)) {
				return;
			}

			sys.fork(thread => this.#serve(thread, client, listener), {thread: true});
			sys.close(client);
		}
	}

	* #serve(thread: Process, client: Fd, listener: Fd): Running {
		thread.sys.close(listener);
		const lines = new JsonLines(thread, client);
		const line = yield * lines.next();
		const parsed = line === undefined ? undefined : parseJson(line);
		const request = parsed !== undefined && 'value' in parsed ? readRequest(parsed.value) : undefined;
		yield * lines.send(request === undefined ? {text: 'not a request', status: 1} : yield * answer(this, thread, request));
		return 0;
	}

	#leave(): number {
		const {sys} = this.#process;
		const access = sys.kernel();
		(access.tx as unknown as Writes<GuestSchema>).delete(`guest:${access.kernel}`, access.task);
		sys.unlink(this.placed.socketPath);
		return 0;
	}
}
