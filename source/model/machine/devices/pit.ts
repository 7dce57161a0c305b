// The Intel 8254 interval timer: three counters that count down 1,193,182 times a second. The first one's output is interrupt line 0.
//
//     0x40 0x41 0x42  the counters      0x43  control: 7:6 counter, 5:4 access (0 latch, 1 low, 2 high, 3 both), 3:1 mode, 0 BCD
//
// Nothing counts here: a counter remembers when it was started, and its value is worked out when somebody looks.
//
// Simplified: modes 1 and 5 (started by a wire) and 4 behave as mode 0; no BCD; the speaker is silent.

import type {PortDevice} from '../ports.js';

/**
 * How long an instruction takes: 42 of them are one count of the timer, which makes 50 million a second. The only place where the
 * machine's instructions meet time.
 */
const instructionsPerTick = 42;

type Counter = {reload: number; mode: number; access: number; startedAt: number; running: boolean; lowByte: number; highNext: boolean; latched: number | undefined};

export type CounterState = Readonly<Counter>;
export type PitState = {readonly counters: readonly CounterState[]; readonly nextTick: number};

const newCounter = (): Counter => ({reload: 0x1_0000, mode: 3, access: 3, startedAt: 0, running: false, lowByte: 0, highNext: false, latched: undefined});

export class Pit {
	readonly #now: () => number;
	readonly #onTick: () => void;
	#counters = [newCounter(), newCounter(), newCounter()];
	/** Clock of the next output of counter 0. */
	nextTick = Infinity;

	/** `now`: the clock, in instructions; `onTick`: the output of counter 0 rises. */
	constructor(now: () => number, onTick: () => void) {
		this.#now = now;
		this.#onTick = onTick;
	}

	/** Does what is due by `clock`. Several periods at once give one interrupt, as an edge that nobody took does. */
	advance(clock: number): void {
		const counter = this.#counters[0]!;
		if (clock < this.nextTick) {
			return;
		}

		const period = counter.reload * instructionsPerTick;
		this.nextTick = isPeriodic(counter) ? this.nextTick + period * (1 + Math.floor((clock - this.nextTick) / period)) : Infinity;
		this.#onTick();
	}

	readonly device: PortDevice = {
		widths: [1],
		read: port => (port & 3) === 3 ? 0xFF : this.#read(this.#counters[port & 3]!),
		write: (port, _bytes, value) => {
			if ((port & 3) === 3) {
				this.#control(value);
			} else {
				this.#write(port & 3, value);
			}
		},
	};

	#control(value: number): void {
		const counter = this.#counters[value >> 6];
		// Counter 3 is the read-back command, which nothing here needs.
		if (counter === undefined) {
			return;
		}

		const access = value >> 4 & 3;
		if (access === 0) {
			counter.latched = this.#valueOf(counter);
			return;
		}

		Object.assign(counter, newCounter(), {access, mode: value >> 1 & 7});
		if (value >> 6 === 0) {
			this.nextTick = Infinity;
		}
	}

	#write(index: number, value: number): void {
		const counter = this.#counters[index]!;
		if (counter.access === 3 && !counter.highNext) {
			counter.lowByte = value;
			counter.highNext = true;
			return;
		}

		const count = counter.access === 1 ? value : (counter.access === 2 ? value << 8 : value << 8 | counter.lowByte);
		counter.highNext = false;
		counter.reload = count === 0 ? 0x1_0000 : count;
		counter.startedAt = this.#now();
		counter.running = true;
		if (index === 0) {
			this.nextTick = counter.startedAt + counter.reload * instructionsPerTick;
		}
	}

	#read(counter: Counter): number {
		const value = counter.latched ?? this.#valueOf(counter);
		if (counter.access !== 3) {
			counter.latched = undefined;
			return counter.access === 1 ? value & 0xFF : value >> 8 & 0xFF;
		}

		counter.highNext = !counter.highNext;
		if (!counter.highNext) {
			counter.latched = undefined;
		}

		return counter.highNext ? value & 0xFF : value >> 8 & 0xFF;
	}

	#valueOf(counter: Counter): number {
		if (!counter.running) {
			return 0;
		}

		const ticks = Math.floor((this.#now() - counter.startedAt) / instructionsPerTick);
		const left = isPeriodic(counter) ? counter.reload - ticks % counter.reload : counter.reload - ticks;
		return left & 0xFFFF;
	}

	save(): PitState {
		return {counters: this.#counters.map(counter => ({...counter})), nextTick: this.nextTick};
	}

	load({counters, nextTick}: PitState): void {
		this.#counters = counters.map(counter => ({...counter}));
		this.nextTick = nextTick;
	}
}

function isPeriodic({mode}: CounterState): boolean {
	return (mode & 3) === 2 || (mode & 3) === 3;
}
