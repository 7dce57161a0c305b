// A session: where it began, everything that was done in it, and the world it has come to.

import type {Nanoseconds} from '../base/clock.js';
import type {TraceEvent, World} from '../base/transaction.js';
import type {Lab} from '../lab/schema.js';
import type {Progress} from '../lab/progress.js';
import type {Action} from './action.js';

/** What a session begins with. Two sessions of equal origin and equal actions are equal byte for byte. */
export type Origin = {
	/** The lab, or undefined in the sandbox. */
	readonly lab: Lab | undefined;
	/** A named topology (model/world/topology.ts); a lab has its own. */
	readonly scenario: string;
	readonly seed: number;
	readonly learner: string;
	/** True: a terminal with echo, line editing and prompts. False: line mode, with standard input, output and error apart. */
	readonly interactive: boolean;
	readonly columns: number;
	readonly rows: number;
	/** When the world believes that it begins, in Unix seconds; without it, always the same moment. */
	readonly epochSeconds?: number;
};

export type OutputStream = 'terminal' | 'stdout' | 'stderr';

/** What the learner saw, in order. Bytes as the programs wrote them: sanitised where they are shown, never here. */
export type Output = {readonly stream: OutputStream; readonly bytes: Uint8Array};

/** What the engine sent to a client outside the world. */
export type Reply = {readonly connection: number; readonly bytes: Uint8Array; /** The connection is closed: nothing follows. */ readonly isEnd: boolean};

export type Entry = {
	readonly action: Action;
	/** The world after the action; of an old entry it is forgotten, as are the replies and the trace. */
	readonly world: World | undefined;
	readonly output: readonly Output[];
	readonly replies: readonly Reply[];
	readonly trace: readonly TraceEvent[];
	readonly progress: Progress | undefined;
};

/** What the terminal's foreground is doing after an action. */
export type Foreground =
	/** The shell waits for a command (the last partial line of output is its prompt). */
	| 'prompt'
	/** A program, or the shell in the middle of a command, reads from the terminal. */
	| 'reading'
	/** Something runs or sleeps; time must pass, or Ctrl-C. */
	| 'busy'
	/** The login shell has ended. */
	| 'ended';

export type Session = {
	readonly origin: Origin;
	/** The world before the first action (after the lab's set-up). */
	readonly start: World;
	readonly world: World;
	/** Every action ever applied, undone ones included: it only grows. */
	readonly history: readonly Entry[];
	/** The entries that led to `world`, as indexes into `history`: all but those that were undone. */
	readonly line: readonly number[];
	/** Entries that redo would bring back, the next one last. */
	readonly undone: readonly number[];
	readonly foreground: Foreground;
	/** Exit status of the last command line; of the shell once it has ended. */
	readonly status: number;
	readonly progress: Progress | undefined;
	/** The moment when something will happen without anybody doing anything; undefined: never. */
	readonly dueNs: Nanoseconds | undefined;
	/** Bytes that clients outside have sent in all. */
	readonly clientBytes: number;
};

export type Applied = {
	readonly session: Session;
	readonly output: readonly Output[];
	/** To clients outside the world, in order. */
	readonly replies: readonly Reply[];
	readonly trace: readonly TraceEvent[];
	/** Virtual time that passed. */
	readonly elapsedNs: Nanoseconds;
	/** An invariant of ours broke: the world is unchanged, and this text tells the learner how to report it. */
	readonly broken: string | undefined;
};
