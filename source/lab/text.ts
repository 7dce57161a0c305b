// The words of a lab in one language: text.<locale>.md. Markdown, cut up by its headings.
//
//     # Title
//     What the lab is about, shown before the first step.
//     ## objectives
//     - one line each
//     ## pull: Title of the step `pull`
//     What to do and why.
//     ### hint 1            the hints of lab.yaml, in their order
//     ### check there       said when check `there` fails though the learner seems to think it is done
//     ### question          asked, where the step has a check `answer`
//     ### explain           shown once the step is passed
//     ## finish
//     The explanation after the last step.

/** What is wrong with a file of a lab, in which line (from 1), and what to do about it. */
export type Problem = {readonly file: string; readonly line: number; readonly message: string};

export type StepText = {
	readonly title: string;
	readonly body: string;
	readonly hints: readonly string[];
	/** Messages by the id of the check. */
	readonly checks: ReadonlyMap<string, string>;
	readonly question: string | undefined;
	readonly explanation: string | undefined;
};

export type LabText = {
	readonly locale: string;
	readonly title: string;
	readonly introduction: string;
	readonly objectives: readonly string[];
	readonly steps: ReadonlyMap<string, StepText>;
	readonly finish: string;
};

type Section = {readonly level: number; readonly heading: string; readonly line: number; readonly body: string};

/** Parses a text; `problems` is empty if it is well formed. Whether it is complete is judged against the lab (load.ts). */
export function parseText(file: string, locale: string, text: string): {readonly text: LabText; readonly problems: readonly Problem[]} {
	const problems: Problem[] = [];
	const all = cut(text);
	const first = all[0]?.level === 1 ? all[0] : undefined;
	const sections = first === undefined ? all : all.slice(1);
	if (first === undefined) {
		problems.push({file, line: 1, message: 'must begin with the title of the lab: a line "# Title"'});
	}

	const steps = new Map<string, StepText>();
	let objectives: readonly string[] = [];
	let finish = '';
	for (const [index, section] of sections.entries()) {
		if (section.level !== 2) {
			if (index === 0 || section.level === 1) {
				problems.push({file, line: section.line, message: `"${section.heading}" must stand under a heading of the second level: "## step-id: Title"`});
			}

			continue;
		}

		const parts = partsOf(sections, index);
		const {id, title} = splitHeading(section.heading);
		if (id === 'objectives') {
			objectives = section.body.split('\n').filter(line => line.startsWith('- ')).map(line => line.slice(2).trim());
		} else if (id === 'finish') {
			finish = section.body;
		} else if (steps.has(id)) {
			problems.push({file, line: section.line, message: `step "${id}" is there twice: join the two`});
		} else {
			steps.set(id, stepText(file, {title, section, parts, problems}));
		}
	}

	return {text: {locale, title: first?.heading ?? '', introduction: first?.body ?? '', objectives, steps, finish}, problems};
}

function stepText(file: string, {title, section, parts, problems}: {readonly title: string; readonly section: Section; readonly parts: readonly Section[]; readonly problems: Problem[]}): StepText {
	const hints: string[] = [];
	const checks = new Map<string, string>();
	let question: string | undefined;
	let explanation: string | undefined;
	if (title === '') {
		problems.push({file, line: section.line, message: `the step has no title: write "## ${section.heading}: Title"`});
	}

	for (const part of parts) {
		const [kind, name] = part.heading.split(/\s+/v);
		if (kind === 'hint' && name === String(hints.length + 1)) {
			hints.push(part.body);
		} else if (kind === 'check' && name !== undefined && !checks.has(name)) {
			checks.set(name, part.body);
		} else if (kind === 'question' && question === undefined) {
			question = part.body;
		} else if (kind === 'explain' && explanation === undefined) {
			explanation = part.body;
		} else {
			problems.push({file, line: part.line, message: `"### ${part.heading}" is unknown or out of order: "### hint ${hints.length + 1}", "### check check-id", "### question" and "### explain" are known`});
		}
	}

	return {title, body: section.body, hints, checks, question, explanation};
}

function partsOf(sections: readonly Section[], index: number): readonly Section[] {
	const rest = sections.slice(index + 1);
	const end = rest.findIndex(section => section.level <= 2);
	return end === -1 ? rest : rest.slice(0, end);
}

/** The id and the title of `## pull: Pull an image`; a Chinese colon will do. */
function splitHeading(heading: string): {readonly id: string; readonly title: string} {
	const {id = heading, title = ''} = /^(?<id>[a-z\d\-]+)\s*[:：]\s*(?<title>.*)$/v.exec(heading)?.groups ?? {};
	return {id, title};
}

/** Cuts at headings of level 1 to 3 that do not stand in fenced code. */
function cut(text: string): readonly Section[] {
	const sections: {level: number; heading: string; line: number; lines: string[]}[] = [];
	let fence: string | undefined;
	for (const [index, line] of text.replaceAll('\r\n', '\n').split('\n').entries()) {
		const mark = /^\s{0,3}(?<mark>`{3,}|~{3,})/v.exec(line)?.groups?.['mark'];
		if (mark !== undefined && (fence === undefined || mark.startsWith(fence))) {
			fence = fence === undefined ? mark : undefined;
		}

		const groups = fence === undefined ? /^(?<marks>#{1,3})\s+(?<heading>.+?)\s*$/v.exec(line)?.groups : undefined;
		if (groups === undefined) {
			sections.at(-1)?.lines.push(line);
		} else {
			sections.push({level: groups['marks']!.length, heading: groups['heading']!, line: index + 1, lines: []});
		}
	}

	return sections.map(({level, heading, line, lines}) => ({level, heading, line, body: lines.join('\n').trim()}));
}
