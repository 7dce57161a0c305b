// The process that qemu-system-i386 is: it runs its guest a slice at a time, passes on what this prints, and obeys its monitor.
//
// Simplified: the monitor leaves editing and echo to the terminal, and does not move the cursor; it ends its lines without carriage returns.

import {concatBytes} from '../../base/bytes.js';
import {textFromBytes} from '../../base/byte-text.js';
import {rates} from '../../base/rates.js';
import {GuestMachine, type GuestImage, type GuestStop} from '../../model/hypervisor/guest-machine.js';
import {hexBytes} from '../../model/hypervisor/guest-snapshot.js';
import type {RunnerName} from '../../model/hypervisor/technique/techniques.js';
import {write} from '../../model/kernel/blocking.js';
import {failed} from '../../model/kernel/errno.js';
import type {ExitStatus, Process, Running, Wait} from '../../model/kernel/program.js';
import {mebibyte} from '../../model/machine/machine.js';
import {type Blocking, printTo} from '../standard-io.js';
import {runSlice} from '../vmm/guest-slice.js';
import type {CommandLine} from './command-line.js';
import {banner, Monitor, prompt, type RunState} from './monitor.js';

/**
 * Units of its time after which a guest is stopped that nobody stops: 0.4 seconds. `cont` gives it as many again.
 * Simplified: a real guest runs for as long as it likes.
 */
const budget = 20_000_000;
/** A reset makes the whole machine anew: a guest that resets itself for ever uses up its budget by it. */
const unitsPerReset = 4_000_000;
const stepsPerReset = 1000;
const mostLineBytes = 4096;
const signalNumbers = {HUP: 1, INT: 2, TERM: 15} as const;

export class Emulator {
	guest: GuestMachine;
	state: RunState;
	readonly #process: Process;
	readonly #line: CommandLine;
	readonly #make: () => GuestMachine;
	readonly #monitor: Monitor;
	#left = budget;
	/** Halted, and nothing inside the machine will wake it. */
	#rests = false;
	#input: Uint8Array = new Uint8Array();
	#inputEnded: boolean;
	#printed = {debug: 0, serial: 0};
	#status: ExitStatus | undefined;
	#complaint = '';

	constructor(process: Process, line: CommandLine, {runner, image}: {readonly runner: RunnerName; readonly image: GuestImage}) {
		this.#process = process;
		this.#line = line;
		this.#make = () => new GuestMachine(runner, {ramBytes: line.memoryMib * mebibyte, image});
		this.guest = this.#make();
		this.state = line.isPaused ? 'prelaunch' : 'running';
		this.#inputEnded = !line.hasMonitor;
		this.#monitor = new Monitor(this);
	}

	readonly stop = (): void => {
		this.state = this.state === 'running' ? 'paused' : this.state;
	};

	readonly cont = (): void => {
		this.state = 'running';
		this.#left = budget;
	};

	readonly quit = (): void => {
		this.#status = 0;
	};

	readonly reset = (): void => {
		if (this.#line.noReboot) {
			this.#shutDown();
			return;
		}

		this.guest = this.#make();
		this.#rests = false;
		this.#printed = {debug: 0, serial: 0};
		this.#left -= unitsPerReset;
		this.#process.sys.kernel().work(stepsPerReset);
		this.state = this.state === 'running' ? 'running' : 'prelaunch';
	};

	* run(): Running {
		const {sys} = this.#process;
		for (const signal of ['TERM', 'INT', 'HUP'] as const) {
			sys.sigaction(signal, 'catch');
		}

		if (this.#line.hasMonitor) {
			yield * printTo(this.#process, 1, banner + prompt);
		}

		for (;;) {
			const signal = sys.takeSignals().find(one => one === 'TERM' || one === 'INT' || one === 'HUP');
			if (signal !== undefined) {
				yield * printTo(this.#process, 2, `qemu-system-i386: terminating on signal ${signalNumbers[signal]}\n`);
				return 0;
			}

			yield * this.#obey();
			const idle = this.#status === undefined && this.#isBusy ? this.#slice() : 0;
			yield * this.#print();
			if (this.#status !== undefined) {
				return this.#status;
			}

			yield this.#pause(idle);
		}
	}

	get #isBusy(): boolean {
		return this.state === 'running' && !this.#rests;
	}

	#pause(idle: number): Wait {
		const {sys} = this.#process;
		const channels = this.#inputEnded ? [] : [sys.readChannel(0)];
		if (!this.#isBusy) {
			return {kind: 'sleep', channels};
		}

		return idle > 0 ? {kind: 'sleep', channels, untilNs: sys.now() + idle * rates.guestInstructionNs} : {kind: 'step'};
	}

	/** How long of it the guest was halted. */
	#slice(): number {
		const before = this.guest.clock;
		const {stop, idle} = runSlice(this.#process, this.guest, this.#left);
		this.#left -= this.guest.clock - before;
		this.#stopped(stop);
		if (this.#left <= 0 && this.#isBusy) {
			this.#end('paused', `the guest has had ${budget} instructions and did not end`);
		}

		return idle;
	}

	#stopped(stop: GuestStop): void {
		switch (stop.why) {
			case 'budget': {
				return;
			}

			case 'halted':
			case 'waiting': {
				this.#rests = true;
				return;
			}

			case 'triple-fault': {
				this.reset();
				return;
			}

			case 'shut-down': {
				this.#shutDown();
				return;
			}

			case 'not-modelled': {
				this.#end('internal-error', `not modelled: ${stop.what}: ${hexBytes(stop.bytes)} at 0x${stop.eip.toString(16)}`);
				return;
			}

			case 'exit': {
				this.#end('internal-error', `VM exit ${stop.exit.reason}, which nobody handled`);
				return;
			}

			case 'crashed': {
				this.#end('internal-error', `the guest crashed: ${stop.detail}`);
				return;
			}

			case 'out-of-memory': {
				this.#end('internal-error', 'the host has no memory left for the guest');
				return;
			}

			default: { stop satisfies never; }
		}
	}

	#shutDown(): void {
		this.state = 'shutdown';
		this.#status = this.#line.noShutdown ? undefined : 0;
	}

	/** With a monitor the machine stays to be looked at. */
	#end(state: RunState, why: string): void {
		this.state = state;
		this.#complaint = `qemu-system-i386: virtlab: ${why}\n`;
		this.#status = this.#line.hasMonitor ? undefined : 1;
	}

	/** Does what was written to the monitor meanwhile. */
	* #obey(): Blocking<void> {
		while (!this.#inputEnded && this.#status === undefined) {
			const end = this.#input.indexOf(10);
			if (end >= 0) {
				const line = textFromBytes(this.#input.subarray(0, end));
				this.#input = this.#input.slice(end + 1);
				const echo = this.#process.sys.isTerminal(0) ? '' : `${line}\n`;
				const answer = this.#monitor.answer(line);
				yield * printTo(this.#process, 1, echo + answer + (this.#status === undefined ? prompt : ''));
			} else if (!this.#fill()) {
				return;
			}
		}
	}

	/** Whether there was more to read. When the input ends the machine goes on without a monitor, as QEMU does. */
	#fill(): boolean {
		const bytes = this.#process.sys.read(0, mostLineBytes);
		if (failed(bytes)) {
			this.#inputEnded = bytes.errno !== 'EAGAIN';
			return false;
		}

		this.#inputEnded = bytes.length === 0;
		this.#input = this.#input.length > mostLineBytes ? bytes : concatBytes([this.#input, bytes]);
		return !this.#inputEnded;
	}

	/** Passes on what the guest has printed since the last time, and what the emulator has to say. */
	* #print(): Blocking<void> {
		const {debugConsole, serial} = this.guest.host;
		for (const [port, text, isShown] of [['debug', debugConsole.text, this.#line.hasDebugConsole], ['serial', serial.text, this.#line.hasSerial]] as const) {
			const bytes = text.since(this.#printed[port]);
			this.#printed[port] += bytes.length;
			if (isShown && bytes.length > 0) {
				yield * write(this.#process, 1, bytes);
			}
		}

		if (this.#complaint !== '') {
			yield * printTo(this.#process, 2, this.#complaint);
			this.#complaint = '';
		}
	}
}
