// Whether the learner's answer to the step's question is right. What is right is read from the learner's own world.

import * as z from 'zod';
import type {Json} from '../../base/json.js';
import {decodeText} from '../../base/bytes.js';
import {hostMhz, shareMhz} from '../../model/host/topology.js';
import {describeValue, isPattern, patternMatches, pathSchema, valuesAt} from '../condition.js';
import type {Documents, Node} from '../documents.js';
import {predicate, type Moment} from '../predicate.js';
import {containers} from './container.js';
import {sharedLayers} from './image-layers-shared.js';

const source = z.strictObject({
	host: z.string().optional(),
	container: z.string().optional().describe('`docker inspect` of the container with this name.'),
	containerOf: z.string().optional().describe('`docker inspect` of a container of this image.'),
	image: z.string().optional().describe('`docker image inspect`.'),
	domain: z.string().optional().describe('The virtual machine with this name.'),
	path: pathSchema.optional().describe('The value in the document.'),
	file: z.string().optional().describe('The content of this file, of the host or of the container that `inContainer` names.'),
	inContainer: z.string().optional(),
	sharedBy: z.array(z.string().min(1)).min(2).optional().describe('The number of layers that these images have in common.'),
	ghzOfHosts: z.array(z.string()).min(1).optional().describe('The computing power of these hosts: sockets x cores x threads x clock, in GHz.'),
	ghzOfDomain: z.string().optional().describe('The computing power of this virtual machine: its vCPUs x the clock of its host, in GHz.'),
	count: z.boolean().default(false).describe('The number of values, not the value.'),
	size: z.boolean().default(false).describe('The size of the file in bytes, not its content.'),
});

export const answerArguments = z.strictObject({
	equals: z.union([z.string(), z.number()]).optional().describe('The right answer, where it is the same for everybody.'),
	oneOf: z.array(z.union([z.string(), z.number()])).min(1).optional(),
	matches: z.string().refine(isPattern, 'is not a POSIX extended regular expression').optional(),
	from: source.optional().describe('Where the right answer stands in the learner\'s world.'),
	unit: z.string().optional().describe('A unit that may follow the answer.'),
	minLength: z.int().min(1).optional().describe('Accept the first characters of the right answer, at least this many: ids may be shortened.'),
}).refine(args => [args.equals, args.oneOf, args.matches, args.from].filter(item => item !== undefined).length === 1, 'needs exactly one of equals, oneOf, matches, from')
	.describe('An answer to the question of the step.');

type Arguments = z.infer<typeof answerArguments>;

export const answer = predicate({
	arguments: answerArguments,
	judge(moment, args, step) {
		const given = moment.answer?.step === step ? withoutUnit(normalise(moment.answer.text), args.unit) : undefined;
		const right = args.matches === undefined ? rightAnswers(moment, args) : [];
		const passed = given !== undefined && (args.matches === undefined ? right.some(text => isSame(given, text, args.minLength)) : patternMatches(args.matches, given));
		return {passed, expected: args.matches ?? (right.length === 0 ? 'nothing to compare with' : right.join(' or ')), actual: given === undefined ? 'no answer' : describeValue(given)};
	},
});

function rightAnswers(moment: Moment, args: Arguments): readonly string[] {
	if (args.from === undefined) {
		return [...args.oneOf ?? [], ...args.equals === undefined ? [] : [args.equals]].map(item => normalise(String(item)));
	}

	const values = valuesFrom(moment, args.from);
	return args.from.count ? [String(values.length)] : values.filter(value => value !== null).map(value => normalise(typeof value === 'string' ? value : JSON.stringify(value)));
}

function valuesFrom({documents}: Moment, from: z.infer<typeof source>): readonly Json[] {
	if (from.file !== undefined) {
		const bytes = documents.file(from.file, {host: from.host, container: from.inContainer});
		return bytes === undefined ? [] : [from.size ? bytes.length : decodeText(bytes)];
	}

	if (from.ghzOfHosts !== undefined || from.ghzOfDomain !== undefined) {
		return [ghz(documents, from)];
	}

	if (from.sharedBy !== undefined) {
		return [sharedLayers(documents, from.sharedBy, from.host)];
	}

	const found = from.image === undefined
		? (from.domain === undefined ? containers(documents, {host: from.host, name: from.container, image: from.containerOf}) : documents.domains(from).filter(domain => valuesAt(domain, 'name')[0] === from.domain))
		: [documents.engine(`/images/${from.image}/json`, from)].filter(document => document !== undefined);
	return found.flatMap(document => from.path === undefined ? [document] : valuesAt(document, from.path));
}

function ghz(documents: Documents, from: z.infer<typeof source>): number {
	const vcpus = documents.domains(from).filter(domain => valuesAt(domain, 'name')[0] === from.ghzOfDomain).map(domain => Number(valuesAt(domain, 'vcpus')[0] ?? 0));
	const threads = from.ghzOfHosts?.map(host => threadMhz(documents.node({host})));
	const mhz = threads ?? vcpus.map(count => shareMhz({cpuMhz: documents.node(from)?.mhz ?? 0}, count));
	return mhz.reduce((sum, value) => sum + value, 0) / 1000;
}

function threadMhz(node: Node | undefined): number {
	return node === undefined ? 0 : hostMhz({...node, cpuMhz: node.mhz});
}

function withoutUnit(text: string, unit: string | undefined): string {
	return unit !== undefined && text.endsWith(normalise(unit)) ? text.slice(0, -unit.length).trim() : text;
}

/** Spaces around it, capital letters, full-width digits and the stop of a sentence do not make an answer wrong. */
function normalise(text: string): string {
	return text.normalize('NFKC').trim().toLowerCase().replace(/[.。]$/v, '');
}

function isSame(given: string, right: string, minLength: number | undefined): boolean {
	const bare = right.replace(/^sha256:/v, '');
	return given === right || given === bare || (minLength !== undefined && given.length >= minLength && (right.startsWith(given) || bare.startsWith(given)));
}
