// The command line of iptables: which chain and table, what to do, and the words of the rule, which are read apart (rule-syntax.ts).

type IptablesAction = 'append' | 'insert' | 'replace' | 'check' | 'delete' | 'list' | 'list-rules' | 'flush' | 'zero' | 'delete-chain' | 'new-chain' | 'rename-chain' | 'policy';

export type IptablesCommand = {
	readonly kind: 'command';
	readonly action: IptablesAction;
	readonly table: string;
	readonly chain: string | undefined;
	/** The place of a rule, from 1. */
	readonly number: number | undefined;
	/** The policy, or the new name. */
	readonly argument: string | undefined;
	readonly rule: readonly string[];
	readonly isNumeric: boolean;
	readonly isVerbose: boolean;
	readonly isExact: boolean;
	readonly hasLineNumbers: boolean;
	/** -L -Z: shows and sets to 0. */
	readonly zeroes: boolean;
};

type ParsedCommand = IptablesCommand | {readonly kind: 'usage'; readonly message: string} | {readonly kind: 'unmodelled'; readonly what: string} | {readonly kind: 'version'} | {readonly kind: 'help'};

/** How each command continues: a chain it needs or may have, and after it a number, a word, or the rule. */
const commands: Readonly<Record<string, {readonly action: IptablesAction; readonly chain: 'needed' | 'optional'; readonly then?: 'number' | 'maybe-number' | 'word'}>> = {
	'-A': {action: 'append', chain: 'needed'}, '-C': {action: 'check', chain: 'needed'}, '-D': {action: 'delete', chain: 'needed', then: 'maybe-number'}, '-I': {action: 'insert', chain: 'needed', then: 'maybe-number'},
	'-R': {action: 'replace', chain: 'needed', then: 'number'}, '-L': {action: 'list', chain: 'optional', then: 'maybe-number'}, '-S': {action: 'list-rules', chain: 'optional', then: 'maybe-number'},
	'-F': {action: 'flush', chain: 'optional'}, '-Z': {action: 'zero', chain: 'optional', then: 'maybe-number'}, '-N': {action: 'new-chain', chain: 'needed'}, '-X': {action: 'delete-chain', chain: 'optional'},
	'-P': {action: 'policy', chain: 'needed', then: 'word'}, '-E': {action: 'rename-chain', chain: 'needed', then: 'word'},
};

const longNames: Readonly<Record<string, string>> = {
	'--append': '-A', '--check': '-C', '--delete': '-D', '--insert': '-I', '--replace': '-R', '--list': '-L', '--list-rules': '-S', '--flush': '-F', '--zero': '-Z', '--new-chain': '-N', '--delete-chain': '-X', '--policy': '-P', '--rename-chain': '-E',
	'--table': '-t', '--numeric': '-n', '--verbose': '-v', '--exact': '-x', '--wait': '-w', '--version': '-V', '--help': '-h', '--ipv4': '-4', '--ipv6': '-6', '--new': '-N', '--line-numbers': '--line-numbers', '--line-number': '--line-numbers',
};

/** Options of rules that need no match or target. */
const ruleOptions = /^(?:!|-[sdiopmjg]|--(?:source|src|destination|dst|in-interface|out-interface|protocol|proto|match|jump|goto))$/v;

/** Short options that take no value, which may stand together: `-nvL`. */
const flags = 'nvx46wVhLSFXZ';

export function parseCommand(words: readonly string[]): ParsedCommand {
	return new CommandReader(words).read();
}

class CommandReader {
	readonly #words: readonly string[];
	#at = 0;
	readonly #rule: string[] = [];
	#table = 'filter';
	#action: string | undefined;
	#chain: string | undefined;
	#number: number | undefined;
	#argument: string | undefined;
	readonly #set = new Set<string>();
	#problem: Exclude<ParsedCommand, IptablesCommand> | undefined;

	constructor(words: readonly string[]) {
		this.#words = words.flatMap(splitFlags);
	}

	read(): ParsedCommand {
		while (this.#at < this.#words.length && this.#problem === undefined) {
			this.#word(this.#words[this.#at++]!);
		}

		if (this.#problem !== undefined) {
			return this.#problem;
		}

		if (this.#action === undefined) {
			const [first] = this.#rule;
			return {kind: 'usage', message: first === undefined || ruleOptions.test(first) ? 'no command specified' : (first.startsWith('-') ? `unknown option "${first}"` : `Bad argument \`${first}'`)};
		}

		return {
			kind: 'command', action: commands[this.#action]!.action, table: this.#table, chain: this.#chain, number: this.#number, argument: this.#argument, rule: this.#rule,
			isNumeric: this.#set.has('-n'), isVerbose: this.#set.has('-v'), isExact: this.#set.has('-x'), hasLineNumbers: this.#set.has('--line-numbers'), zeroes: this.#set.has('zero'),
		};
	}

	#word(written: string): void {
		const word = longNames[written] ?? written;
		if (commands[word] !== undefined) {
			this.#command(word);
			return;
		}

		switch (word) {
			case '-t': {
				this.#table = this.#words[this.#at++] ?? '';
				break;
			}

			case '-n':
			case '-v':
			case '-x':
			case '--line-numbers': {
				this.#set.add(word);
				break;
			}

			case '-w': {
				this.#at += /^\d+$/v.test(this.#words[this.#at] ?? '') ? 1 : 0;
				break;
			}

			case '-4': {
				break;
			}

			case '-h': {
				this.#problem = {kind: 'help'};
				break;
			}

			case '-6':
			case '-c':
			case '--modprobe': {
				this.#problem = {kind: 'unmodelled', what: word};
				break;
			}

			case '-V': {
				this.#problem = {kind: 'version'};
				break;
			}

			default: {
				this.#rule.push(word);
			}
		}
	}

	#command(word: string): void {
		if (this.#action !== undefined) {
			// Showing and setting to 0 go together; the chain is that of the first.
			const pair = `${this.#action}${word}`;
			this.#set.add('zero');
			this.#problem = pair === '-L-Z' || pair === '-Z-L' || pair === '-S-Z' ? undefined : {kind: 'usage', message: `Cannot use ${word} with ${this.#action}`};
			this.#action = pair === '-Z-L' ? '-L' : this.#action;
			return;
		}

		const {chain, then} = commands[word]!;
		this.#action = word;
		const isNext = (pattern: RegExp) => this.#at < this.#words.length && pattern.test(this.#words[this.#at]!);
		if (chain === 'needed' && this.#at >= this.#words.length) {
			this.#problem = {kind: 'usage', message: `option "${word}" requires an argument`};
			return;
		}

		if (chain === 'needed' || isNext(/^[^\-!]/v)) {
			this.#chain = this.#words[this.#at++];
		}

		if (then === 'word') {
			this.#argument = this.#words[this.#at++];
			this.#problem = this.#argument === undefined ? {kind: 'usage', message: `${word} requires a chain and a ${word === '-P' ? 'policy' : 'name'}`} : undefined;
		} else if (then !== undefined && isNext(/^\d+$/v)) {
			this.#number = Number(this.#words[this.#at++]);
			this.#problem = this.#number === 0 ? {kind: 'usage', message: 'Invalid rule number `0\''} : undefined;
		} else if (then === 'number') {
			this.#problem = {kind: 'usage', message: '-R requires a rule number'};
		}
	}
}

/** `-nvL` as `-n -v -L`, and `-tnat` as `-t nat`. */
function splitFlags(word: string): readonly string[] {
	if (/^-t./v.test(word)) {
		return ['-t', word.slice(2)];
	}

	return /^-[A-Za-z46]{2,}$/v.test(word) && [...word.slice(1, -1)].every(letter => flags.includes(letter)) && (flags + 'ADICRNPEt').includes(word.at(-1)!) ? [...word.slice(1)].map(letter => `-${letter}`) : [word];
}
