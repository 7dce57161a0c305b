// A robot at a terminal: starts a program in a pseudo-terminal, types, and reads the screen as xterm shows it. It waits for what the
// screen shows, on output events, never for time to pass.
//
//     const screen = openScreen({command: ['node', 'dist/cli.js', 'sandbox'], columns: 80, rows: 24});
//     await screen.shows('learner@lab:~$');
//     screen.type('docker ps').enter();
//     await screen.shows('CONTAINER ID');

import {spawn, type IPty} from '@lydell/node-pty';
import {Unicode11Addon} from '@xterm/addon-unicode11';
import xterm from '@xterm/headless';

export type ScreenOptions = {
	readonly command: readonly [string, ...string[]];
	readonly columns: number;
	readonly rows: number;
	readonly env?: Readonly<Record<string, string>>;
	readonly cwd?: string;
};

/** Real time after which a text that does not come is given up: only failing tests wait so long. */
const patienceMs = 20_000;

const keys: Readonly<Record<string, string>> = {
	enter: '\r', tab: '\t', escape: '\u{1B}', backspace: '\u{7F}', up: '\u{1B}[A', down: '\u{1B}[B', right: '\u{1B}[C', left: '\u{1B}[D',
	home: '\u{1B}[H', end: '\u{1B}[F', pageup: '\u{1B}[5~', pagedown: '\u{1B}[6~', delete: '\u{1B}[3~',
};

export class ScreenDriver {
	readonly #pty: IPty;
	readonly #terminal: InstanceType<typeof xterm.Terminal>;
	readonly #waiting = new Set<() => void>();
	readonly exited: Promise<{readonly exitCode: number; readonly signal: number | undefined}>;
	#bytes = 0;
	#written = '';
	#hasExited = false;

	constructor({command: [file, ...args], columns, rows, env, cwd}: ScreenOptions) {
		this.#terminal = new xterm.Terminal({cols: columns, rows, allowProposedApi: true, scrollback: 1000});
		this.#terminal.loadAddon(new Unicode11Addon());
		this.#terminal.unicode.activeVersion = '11';
		this.#pty = spawn(file, args, {
			cols: columns, rows, name: 'xterm-256color', ...(cwd === undefined ? {} : {cwd}),
			env: {PATH: process.env['PATH']!, HOME: process.env['HOME'] ?? '/', LANG: 'en_US.UTF-8', TERM: 'xterm-256color', ...env},
		});
		this.#pty.onData(data => {
			this.#bytes += Buffer.byteLength(data);
			this.#written += data;
			this.#terminal.write(data, () => {
				this.#look();
			});
		});
		this.exited = new Promise(resolve => {
			this.#pty.onExit(status => {
				this.#hasExited = true;
				this.#terminal.write('', () => {
					this.#look();
					resolve({exitCode: status.exitCode, signal: status.signal});
				});
			});
		});
	}

	get pid(): number {
		return this.#pty.pid;
	}

	/** Bytes that the program has written to its terminal. */
	get bytes(): number {
		return this.#bytes;
	}

	/** Everything it has written, as it was. */
	get written(): string {
		return this.#written;
	}

	/** The rows of the screen, without the blanks at their ends. */
	get rows(): readonly string[] {
		const {active} = this.#terminal.buffer;
		return Array.from({length: this.#terminal.rows}, (_, row) => active.getLine(active.baseY + row)?.translateToString(true, 0, this.#terminal.cols) ?? '');
	}

	get text(): string {
		return this.rows.join('\n');
	}

	get cursor(): {readonly row: number; readonly column: number} {
		const {active} = this.#terminal.buffer;
		return {row: active.cursorY, column: active.cursorX};
	}

	get isAlternate(): boolean {
		return this.#terminal.buffer.active.type === 'alternate';
	}

	type(text: string): this {
		this.#pty.write(text);
		return this;
	}

	key(name: string): this {
		const alt = /^alt-(?<character>.)$/v.exec(name)?.groups?.['character'];
		const control = /^ctrl-(?<character>[a-z])$/v.exec(name)?.groups?.['character'];
		return this.type(keys[name] ?? (alt === undefined ? String.fromCodePoint((control ?? name).codePointAt(0)! - 96) : `\u{1B}${alt}`));
	}

	enter(): this {
		return this.key('enter');
	}

	resize(columns: number, rows: number): this {
		this.#terminal.resize(columns, rows);
		this.#pty.resize(columns, rows);
		return this;
	}

	kill(signal: string): void {
		this.#pty.kill(signal);
	}

	/** Waits until the screen satisfies `test`. */
	async until(what: string, test: (screen: this) => boolean): Promise<void> {
		if (test(this)) {
			return;
		}

		const {promise, resolve, reject} = Promise.withResolvers<void>();
		const timer = setTimeout(() => {
			reject(new Error(`the screen did not show ${what}; it shows:\n${this.text}`));
		}, patienceMs);
		const look = (): void => {
			if (test(this)) {
				resolve();
			} else if (this.#hasExited) {
				reject(new Error(`the program ended before the screen showed ${what}; it shows:\n${this.text}`));
			}
		};

		this.#waiting.add(look);
		try {
			await promise;
		} finally {
			clearTimeout(timer);
			this.#waiting.delete(look);
		}
	}

	async shows(text: string): Promise<void> {
		await this.until(JSON.stringify(text), screen => screen.text.includes(text));
	}

	async hides(text: string): Promise<void> {
		await this.until(`no ${JSON.stringify(text)}`, screen => !screen.text.includes(text));
	}

	/** Ends the program if it still runs. */
	async close(): Promise<void> {
		if (!this.#hasExited) {
			this.#pty.kill('SIGKILL');
			await this.exited;
		}

		this.#terminal.dispose();
	}

	#look(): void {
		for (const look of this.#waiting) {
			look();
		}
	}
}

export function openScreen(options: ScreenOptions): ScreenDriver {
	return new ScreenDriver(options);
}
