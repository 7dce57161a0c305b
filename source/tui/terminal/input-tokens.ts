// What the learner's terminal sends, cut into keys, text and pastes. Several keys may arrive in one read (over SSH, from tmux, from a
// fast typist) and one key may arrive in two, so this is a state machine over characters, not a comparison of chunks: "ls\r" is the
// text "ls" and Enter. Names: `enter`, `ctrl-c`, `alt-b`, `pageup`, ...; see key-bindings.ts.
//
// Input methods send their text as ordinary characters, some terminals as a paste of one line; both come out as text.

import {StringDecoder} from 'node:string_decoder';

export type InputToken =
	| {readonly kind: 'key'; readonly name: string; /** What the terminal sent. */ readonly sequence: string}
	| {readonly kind: 'text'; readonly text: string}
	| {readonly kind: 'paste'; readonly text: string};

const escape = '\u{1B}';
const pasteStart = '\u{1B}[200~';
const pasteEnd = '\u{1B}[201~';
/** More than this is not a paste that anybody wants to run; the rest is dropped. */
const pasteLimitCharacters = 1_000_000;

/** Final characters and numbers of CSI and SS3 sequences (xterm, rxvt, Linux console). */
const sequenceNames: ReadonlyMap<string, string> = new Map([
	['A', 'up'], ['B', 'down'], ['C', 'right'], ['D', 'left'], ['H', 'home'], ['F', 'end'], ['Z', 'shift-tab'], ['M', 'enter'],
	['1~', 'home'], ['7~', 'home'], ['4~', 'end'], ['8~', 'end'], ['2~', 'insert'], ['3~', 'delete'], ['5~', 'pageup'], ['6~', 'pagedown'],
]);

/** Modifier parameters of xterm: 1 + shift + 2 alt + 4 ctrl. */
const modifierNames: ReadonlyMap<string, string> = new Map([
	['2', 'shift-'], ['3', 'alt-'], ['4', 'alt-shift-'], ['5', 'ctrl-'], ['6', 'ctrl-shift-'], ['7', 'ctrl-alt-'],
]);

const csi = /^\u001B\[(?<parameters>[0-?]*)[ -\/]*(?<final>[@-~])/v;
const ss3 = /^\u001BO(?<final>[A-Za-z])/v;
/** String sequences (answers to queries) and X10 mouse reports, which are swallowed. */
const swallowed = /^\u001B(?:[PX\]^_][^\u0007\u001B]*(?:\u0007|\u001B\\)|\[M[\s\S]{3})/v;
const unfinished = /^\u001B(?:\[[0-?]*[ -\/]*|O|\[M[\s\S]{0,2}|[PX\]^_][^\u0007\u001B]*\u001B?)?$/v;

const controlNames: ReadonlyMap<string, string> = new Map([
	['\r', 'enter'], ['\n', 'enter'], ['\t', 'tab'], ['\u{7F}', 'backspace'], ['\b', 'backspace'], [escape, 'escape'],
	['\u{0}', 'ctrl-space'], ['\u{1C}', 'ctrl-\\'], ['\u{1D}', 'ctrl-]'], ['\u{1E}', 'ctrl-^'], ['\u{1F}', 'ctrl-_'],
]);

const printable = /^[^\u0000-\u001F\u007F-\u009F]+/v;

export class InputTokenizer {
	readonly #decoder = new StringDecoder('utf8');
	#rest = '';
	#paste: string | undefined;

	/** Whether an ESC waits to become a key of its own: call `flush` if nothing follows within some 30 ms. */
	get isPending(): boolean {
		return this.#paste === undefined && this.#rest !== '';
	}

	push(chunk: Uint8Array | string): InputToken[] {
		this.#rest += typeof chunk === 'string' ? chunk : this.#decoder.write(chunk);
		const tokens: InputToken[] = [];
		for (;;) {
			const token = this.#paste === undefined ? this.#next() : this.#nextOfPaste();
			if (token === undefined) {
				return tokens;
			}

			if (token !== 'swallowed') {
				tokens.push(token);
			}
		}
	}

	/** What an unfinished sequence means after all: the Escape key, and the characters behind it. */
	flush(): InputToken[] {
		const waiting = this.#rest;
		if (!this.isPending) {
			return [];
		}

		this.#rest = '';
		const tokens: InputToken[] = [{kind: 'key', name: 'escape', sequence: escape}];
		return waiting.length > 1 ? [...tokens, ...this.push(waiting.slice(1))] : tokens;
	}

	#next(): InputToken | 'swallowed' | undefined {
		const text = printable.exec(this.#rest)?.[0];
		if (text !== undefined) {
			this.#rest = this.#rest.slice(text.length);
			return {kind: 'text', text};
		}

		if (this.#rest.startsWith(escape)) {
			return this.#nextOfEscape();
		}

		const character = this.#rest.charAt(0);
		if (character === '') {
			return undefined;
		}

		// A line end sent as two characters is one key.
		const sequence = this.#rest.startsWith('\r\n') ? '\r\n' : character;
		this.#rest = this.#rest.slice(sequence.length);
		return {kind: 'key', name: controlName(character), sequence};
	}

	#nextOfEscape(): InputToken | 'swallowed' | undefined {
		if (this.#rest.startsWith(pasteStart)) {
			this.#rest = this.#rest.slice(pasteStart.length);
			this.#paste = '';
			return 'swallowed';
		}

		const ignored = swallowed.exec(this.#rest)?.[0];
		if (ignored !== undefined) {
			this.#rest = this.#rest.slice(ignored.length);
			return 'swallowed';
		}

		const match = csi.exec(this.#rest) ?? ss3.exec(this.#rest);
		if (match !== null) {
			const [sequence] = match;
			const name = sequenceName(match.groups?.['parameters'] ?? '', match.groups!['final']!);
			this.#rest = this.#rest.slice(sequence.length);
			return name === undefined ? 'swallowed' : {kind: 'key', name, sequence};
		}

		return unfinished.test(this.#rest) ? undefined : this.#altKey();
	}

	/** ESC and a character: Alt and that character, with or without Shift. */
	#altKey(): InputToken {
		const character = String.fromCodePoint(this.#rest.codePointAt(1)!);
		if (character === escape) {
			this.#rest = this.#rest.slice(1);
			return {kind: 'key', name: 'escape', sequence: escape};
		}

		const sequence = escape + character;
		this.#rest = this.#rest.slice(sequence.length);
		return {kind: 'key', name: 'alt-' + (printable.test(character) ? character.toLowerCase() : controlName(character)), sequence};
	}

	#nextOfPaste(): InputToken | undefined {
		const end = this.#rest.indexOf(pasteEnd);
		if (end !== -1) {
			const text = this.#paste + this.#rest.slice(0, end);
			this.#rest = this.#rest.slice(end + pasteEnd.length);
			this.#paste = undefined;
			return {kind: 'paste', text: text.replaceAll(/\r\n?/gv, '\n')};
		}

		// The end mark itself may be cut in two.
		const keep = Math.min(this.#rest.length, pasteEnd.length - 1);
		this.#paste = (this.#paste + this.#rest.slice(0, this.#rest.length - keep)).slice(0, pasteLimitCharacters);
		this.#rest = this.#rest.slice(this.#rest.length - keep);
		return undefined;
	}
}

function controlName(character: string): string {
	const code = character.codePointAt(0)!;
	return controlNames.get(character) ?? (code < 0x20 ? 'ctrl-' + String.fromCodePoint(code + 0x60) : 'unknown');
}

/** undefined for what is not a key: focus reports, mouse, answers to queries, keys without a name. */
function sequenceName(parameters: string, final: string): string | undefined {
	const [number = '', modifier = ''] = parameters.split(';');
	const base = sequenceNames.get(final === '~' ? number + '~' : final);
	const isReport = parameters.startsWith('<') || parameters.startsWith('?') || parameters.startsWith('>');
	return base === undefined || isReport ? undefined : (modifierNames.get(modifier) ?? '') + base;
}
