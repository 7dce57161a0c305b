// What the assembler says of a source. Errors are values with NASM's own wording where NASM has one; `formatDiagnostic` writes them the way
// the nasm command prints them.

/** Where in the source: the line that the person wrote, even for code that a macro made. Lines and columns begin at 1; line 0 is the whole file. */
export type Position = {
	readonly file: string;
	readonly line: number;
	readonly column: number;
	/** The lines of the macros that made the code, outermost first. */
	readonly macros: readonly MacroLine[];
};

export type MacroLine = {
	readonly macro: string;
	readonly file: string;
	readonly line: number;
};

export type Diagnostic = Position & {
	readonly severity: 'error' | 'warning' | 'fatal' | 'info';
	readonly message: string;
};

/** Ends an assembly early: a fatal error has been recorded. Never leaves `assemble`. */
export class AssemblyStopped extends Error {
	override readonly name = 'AssemblyStopped';
}

/** Collects what is said during one assembly. */
export class Diagnostics {
	readonly #list: Diagnostic[] = [];
	readonly #limit: number;
	#errors = 0;

	constructor(limit: number) {
		this.#limit = limit;
	}

	get list(): readonly Diagnostic[] {
		return this.#list;
	}

	get hasErrors(): boolean {
		return this.#errors > 0;
	}

	/** What the pass before warned of is said again by the next one, unless errors have ended it all. */
	beginPass(): void {
		if (!this.hasErrors) {
			this.#list.length = 0;
		}
	}

	error(position: Position, message: string): void {
		this.#errors++;
		this.#add({...position, severity: 'error', message});
	}

	/** A warning that says the same of the same place as the last one is not repeated. */
	warning(position: Position, message: string, name: string): void {
		const last = this.#list.at(-1);
		const text = `${message} [-w+${name}]`;
		if (last?.message !== text || last.line !== position.line || last.column !== position.column || last.file !== position.file) {
			this.#add({...position, severity: 'warning', message: text});
		}
	}

	info(position: Position, message: string): void {
		this.#add({...position, severity: 'info', message});
	}

	/** Records the error that ends everything, and ends it. */
	fatal(position: Position, message: string): never {
		this.#errors++;
		this.#list.push({...position, severity: 'fatal', message});
		throw new AssemblyStopped(message);
	}

	#add(diagnostic: Diagnostic): void {
		if (this.#list.length >= this.#limit) {
			this.fatal(diagnostic, `more than ${this.#limit} messages: giving up`);
		}

		this.#list.push(diagnostic);
	}
}

/** The lines that the nasm command prints for a diagnostic. */
export function formatDiagnostic(diagnostic: Diagnostic): readonly string[] {
	const macros = diagnostic.macros.map(({macro, file, line}) => `${file}:${line}: ... from macro \`${macro}' defined here`);
	const place = diagnostic.line === 0 ? diagnostic.file : `${diagnostic.file}:${diagnostic.line}`;
	return [`${place}: ${diagnostic.severity}: ${diagnostic.message}`, ...macros];
}
