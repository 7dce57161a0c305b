// Reads a lab from the texts of its files. Pure: whoever calls it has read the folder. Every mistake is told with its file, its
// line and what to do; a lab with mistakes is not a lab.

import {LineCounter, isMap, isNode, isScalar, parseDocument, type Document, type Node} from 'yaml';
import type {z} from 'zod';
import {compareText} from '../base/bytes.js';
import {digestOf} from '../base/digest.js';
import {scenarios} from '../model/world/topology.js';
import {usesAnswer} from './evaluate.js';
import {labSchema, type Lab, type LabDefinition, type LabStep} from './schema.js';
import {parseEntries, parseScript, type Script} from './script.js';
import {parseText, type LabText, type Problem, type StepText} from './text.js';

export type Loaded = {readonly lab: Lab; readonly problems: readonly []} | {readonly lab: undefined; readonly problems: readonly Problem[]};

const maxFileBytes = 262_144;
const maxFiles = 100;
const maxAliases = 20;
const maxNesting = 40;
const maxProblems = 50;

/** `folder` is the name of the lab's folder; `files` are the texts by their names in it. Unknown names are ignored. */
export function loadLab(folder: string, files: ReadonlyMap<string, string>): Loaded {
	const problems: Problem[] = [];
	const names = [...files.keys()].sort(compareText).filter(name => /\.(?:yaml|md|console)$/v.test(name));
	const tooLong = names.filter(name => files.get(name)!.length > maxFileBytes);
	if (names.length > maxFiles || tooLong.length > 0) {
		return refuse([{file: tooLong[0] ?? folder, line: 1, message: tooLong.length > 0 ? `is longer than ${maxFileBytes} bytes` : `has more than ${maxFiles} files`}]);
	}

	const yaml = files.get('lab.yaml');
	if (yaml === undefined) {
		return refuse([{file: 'lab.yaml', line: 1, message: 'is missing: a lab is a folder with lab.yaml, text.<locale>.md and solution.console'}]);
	}

	const {definition, lineOf} = parseDefinition(yaml, problems);
	const texts = readTexts(files, names, problems);
	const scripts = readScripts(files, names, problems);
	if (definition === undefined) {
		return refuse(problems);
	}

	checkReferences({folder, definition, lineOf, problems});
	checkTexts({definition, texts, lineOf, problems});
	checkScripts({definition, scripts, problems});
	return problems.length > 0 ? refuse(problems) : {lab: {...definition, digest: digestOf(yaml), texts, scripts}, problems: []};
}

/** `lab.yaml:12: steps.0.points: ...` */
export function describeProblem(problem: Problem): string {
	return `${problem.file}:${problem.line}: ${problem.message}`;
}

function refuse(problems: readonly Problem[]): Loaded {
	return {lab: undefined, problems: problems.slice(0, maxProblems)};
}

type Path = readonly PropertyKey[];
type LineOf = (path: Path) => number;

function parseDefinition(text: string, problems: Problem[]): {readonly definition: LabDefinition | undefined; readonly lineOf: LineOf} {
	const file = 'lab.yaml';
	const lines = new LineCounter();
	const nested = nestedLine(text);
	if (nested !== undefined) {
		problems.push({file, line: nested, message: `is nested more than ${maxNesting} deep`});
		return {definition: undefined, lineOf: () => nested};
	}

	const document = parseDocument(text, {lineCounter: lines, uniqueKeys: true, stringKeys: true});
	const lineOf = lineFinder(document, lines);
	for (const error of [...document.errors, ...document.warnings]) {
		problems.push({file, line: error.linePos?.[0].line ?? 1, message: `is not YAML: ${error.message.split('\n', 1)[0]!.replace(/ at line \d+.*$/v, '')}`});
	}

	const value = problems.length === 0 ? toJson(document, problems) : undefined;
	if (problems.length > 0) {
		return {definition: undefined, lineOf};
	}

	const parsed = labSchema.safeParse(value);
	if (!parsed.success) {
		problems.push(...parsed.error.issues.flatMap(issue => describeIssue(issue, [])).map(({path, message}) => ({file, line: lineOf(path), message: `${nameOf(path)}${message}`})));
		return {definition: undefined, lineOf};
	}

	const steps = parsed.data.steps.map((step, index): LabStep => ({...step, needs: step.needs ?? parsed.data.steps.slice(index - 1, index).map(({id}) => id)}));
	return {definition: {...parsed.data, steps}, lineOf};
}

function toJson(document: Document, problems: Problem[]): unknown {
	try {
		return document.toJS({maxAliasCount: maxAliases});
	} catch {
		problems.push({file: 'lab.yaml', line: 1, message: `uses aliases (*name) more than ${maxAliases} times, or one that is not defined: write the text out`});
		return undefined;
	}
}

/** The first line that nests deeper than any lab needs to, so that no parser has to recurse without bound. */
function nestedLine(text: string): number | undefined {
	let open = 0;
	for (const [index, line] of text.split('\n').entries()) {
		const lead = /^[\s\-?]*/v.exec(line)![0];
		open = Math.max(0, open + line.replaceAll(/[^\[\{]/gv, '').length - line.replaceAll(/[^\]\}]/gv, '').length);
		if (lead.length > 2 * maxNesting || open > maxNesting || line.replaceAll(/[^\[\{]/gv, '').length > maxNesting) {
			return index + 1;
		}
	}

	return undefined;
}

function lineFinder(document: Document, lines: LineCounter): LineOf {
	return path => {
		for (let length = path.length; length > 0; length--) {
			const node = nodeAt(document, path.slice(0, length));
			if (node?.range) {
				return lines.linePos(node.range[0]).line;
			}
		}

		return 1;
	};
}

/** The key of a pair, where the path ends in one: that is the line on which the mistake begins. */
function nodeAt(document: Document, path: Path): Node | undefined {
	const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
	const pair = isMap(parent) ? parent.items.find(item => isScalar(item.key) && item.key.value === path.at(-1)) : undefined;
	if (isNode(pair?.key)) {
		return pair.key;
	}

	const node = document.getIn(path, true);
	return isNode(node) ? node : undefined;
}

type Issue = {readonly path: Path; readonly message: string};

/** One line for each mistake. Of a union, the mistakes of the form that fits the value best are told. */
function describeIssue(issue: z.core.$ZodIssue, base: Path): readonly Issue[] {
	const path = [...base, ...issue.path];
	switch (issue.code) {
		case 'unrecognized_keys': {
			return issue.keys.map(key => ({path: [...path, key], message: 'is not a known name here'}));
		}

		case 'invalid_union': {
			const branches = issue.errors.map(errors => errors.flatMap(error => describeIssue(error, path)));
			const best = branches.toSorted((a, b) => deepest(b) - deepest(a))[0];
			return best === undefined || deepest(best) <= path.length ? [{path, message: 'has a form that is not known here'}] : best;
		}

		default: {
			return [{path, message: lowerFirst(issue.message)}];
		}
	}
}

function deepest(issues: readonly Issue[]): number {
	return issues.reduce((depth, issue) => Math.max(depth, issue.path.length), 0);
}

function nameOf(path: Path): string {
	return path.length === 0 ? '' : `${path.map(String).join('.')}: `;
}

function lowerFirst(text: string): string {
	return text.slice(0, 1).toLowerCase() + text.slice(1);
}

function readTexts(files: ReadonlyMap<string, string>, names: readonly string[], problems: Problem[]): ReadonlyMap<string, LabText> {
	const texts = new Map<string, LabText>();
	for (const file of names) {
		const locale = /^text\.(?<locale>[a-z]{2,3}(?:-[A-Za-z\d]{2,8})*)\.md$/v.exec(file)?.groups?.['locale'];
		if (locale !== undefined) {
			const parsed = parseText(file, locale, files.get(file)!);
			problems.push(...parsed.problems);
			texts.set(locale, parsed.text);
		}
	}

	if (texts.size === 0) {
		problems.push({file: 'text.en.md', line: 1, message: 'is missing: a lab needs its words in at least one language'});
	}

	return texts;
}

function readScripts(files: ReadonlyMap<string, string>, names: readonly string[], problems: Problem[]): readonly Script[] {
	return names.filter(name => /^(?:solution|near-miss-.+|also-ok-.+)\.console$/v.test(name)).map(file => {
		const {script, problems: mistakes} = parseScript(file, files.get(file)!);
		problems.push(...mistakes);
		return script;
	});
}

type Checked = {readonly definition: LabDefinition; readonly lineOf: LineOf; readonly problems: Problem[]};

function checkReferences({folder, definition, lineOf, problems}: Checked & {readonly folder: string}): void {
	const complain = (path: Path, message: string): void => {
		problems.push({file: 'lab.yaml', line: lineOf(path), message: `${nameOf(path)}${message}`});
	};

	if (definition.id !== folder) {
		complain(['id'], `is "${definition.id}" but the folder is called "${folder}": give both the same name`);
	}

	if (!Object.hasOwn(scenarios, definition.scenario)) {
		complain(['scenario'], `"${definition.scenario}" is not one of ${Object.keys(scenarios).join(', ')}; other hosts are described under "hosts"`);
	}

	checkSteps(definition, complain);
}

function checkSteps(definition: LabDefinition, complain: (path: Path, message: string) => void): void {
	const steps = new Set<string>();
	const checks = new Set<string>();
	for (const [index, step] of definition.steps.entries()) {
		if (steps.has(step.id)) {
			complain(['steps', index, 'id'], `"${step.id}" is the id of an earlier step`);
		}

		for (const id of step.needs.filter(need => !steps.has(need))) {
			complain(['steps', index, 'needs'], `"${id}" is not an earlier step`);
		}

		for (const [at, check] of step.checks.entries()) {
			if (checks.has(check.id)) {
				complain(['steps', index, 'checks', at, 'id'], `"${check.id}" is the id of an earlier check`);
			}

			checks.add(check.id);
		}

		for (const [at, hint] of step.hints.entries()) {
			const [mistake] = parseEntries('lab.yaml', hint.example ?? '').problems;
			if (mistake !== undefined) {
				complain(['steps', index, 'hints', at, 'example'], `line ${mistake.line} of the example ${mistake.message}`);
			}
		}

		steps.add(step.id);
	}
}

function checkTexts({definition, texts, lineOf, problems}: Checked & {readonly texts: ReadonlyMap<string, LabText>}): void {
	for (const [locale, text] of texts) {
		const file = `text.${locale}.md`;
		const complain = (message: string): void => {
			problems.push({file, line: 1, message});
		};

		for (const step of definition.steps) {
			const words = text.steps.get(step.id);
			if (words === undefined) {
				complain(`has no "## ${step.id}: ..." (lab.yaml:${lineOf(['steps', definition.steps.indexOf(step)])})`);
			} else {
				checkStepText(step, words, complain);
			}
		}

		for (const id of text.steps.keys()) {
			if (!definition.steps.some(step => step.id === id)) {
				complain(`"## ${id}" is not a step of lab.yaml`);
			}
		}

		if (text.introduction === '' || text.finish === '' || text.objectives.length === 0) {
			complain('needs an introduction under the title, a list under "## objectives", and an explanation under "## finish"');
		}
	}
}

function checkStepText(step: LabStep, words: StepText, complain: (message: string) => void): void {
	if (words.body === '') {
		complain(`"## ${step.id}" says nothing`);
	}

	if (words.hints.length !== step.hints.length || words.hints.includes('')) {
		complain(`step "${step.id}" has ${words.hints.length} hints here and ${step.hints.length} in lab.yaml`);
	}

	if ((words.question !== undefined) !== step.checks.some(usesAnswer)) {
		complain(`step "${step.id}" ${words.question === undefined ? 'needs "### question", because a check asks for an answer' : 'asks a question that no check judges'}`);
	}

	for (const {id} of step.checks.filter(check => (words.checks.get(check.id) ?? '') === '')) {
		complain(`step "${step.id}" needs "### check ${id}": what to say when it fails`);
	}

	for (const id of words.checks.keys()) {
		if (!step.checks.some(check => check.id === id)) {
			complain(`"### check ${id}" is not a check of step "${step.id}"`);
		}
	}
}

function checkScripts({definition, scripts, problems}: {readonly definition: LabDefinition; readonly scripts: readonly Script[]; readonly problems: Problem[]}): void {
	const checks = definition.steps.flatMap(step => step.checks.map(check => check.id));
	if (!scripts.some(script => script.kind === 'solution')) {
		problems.push({file: 'solution.console', line: 1, message: 'is missing: a lab proves that it can be solved'});
	}

	for (const script of scripts) {
		if (script.fails !== undefined && !checks.includes(script.fails)) {
			problems.push({file: script.file, line: 1, message: `"${script.fails}" is not a check of lab.yaml`});
		}
	}

	const solution = scripts.find(script => script.kind === 'solution');
	for (const {line} of definition.redundant) {
		if (solution !== undefined && !solution.entries.some(entry => entry.text === line)) {
			problems.push({file: 'lab.yaml', line: 1, message: `redundant: "${line}" is not a line of solution.console`});
		}
	}
}
