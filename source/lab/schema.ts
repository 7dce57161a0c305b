// The format of lab.yaml. One schema gives the types, the checks with the line of every mistake (load.ts), and the JSON Schema for
// editors (docs/lab.schema.json). A lab is data: it cannot run code, only name predicates.
//
//     labs/<topic>/<slug>/lab.yaml             this format: no words for the learner, so that no language is first
//                         text.<locale>.md     all words (text.ts)
//                         *.console            the proof: solution, near misses, other right ways (script.ts)

import * as z from 'zod';
import type {Digest} from '../base/digest.js';
import {predicates, type PredicateName} from './checks/table.js';
import type {Script} from './script.js';
import type {LabText} from './text.js';

export const formatVersion = 1;

const idSchema = z.string().regex(/^[a-z][a-z\d]*(?:-[a-z\d]+)*$/v, 'must be lower-case words joined by hyphens').max(40);

/** A combination of predicates: exactly one of its names is given. */
export type Test = {readonly [Name in PredicateName]?: z.infer<(typeof predicates)[Name]['arguments']> | undefined} & {
	readonly all?: readonly Test[] | undefined;
	readonly any?: readonly Test[] | undefined;
	readonly not?: Test | undefined;
};

const testNames: readonly string[] = [...Object.keys(predicates), 'all', 'any', 'not'];

const predicateShape = Object.fromEntries(Object.entries(predicates).map(([name, {arguments: args}]) => [name, args.optional()]));

const combinatorShape = {
	all: z.array(z.lazy(() => testSchema)).min(1).optional().describe('Holds if all of these hold.'),
	any: z.array(z.lazy(() => testSchema)).min(1).optional().describe('Holds if at least one of these holds.'),
	not: z.lazy(() => testSchema).optional().describe('Holds if this does not.'),
};

const oneTest = (value: object): boolean => Object.keys(value).filter(key => testNames.includes(key)).length === 1;
const oneTestMessage = `must have exactly one of ${testNames.join(', ')}`;

const testSchema: z.ZodType<Test> = z.strictObject({...predicateShape, ...combinatorShape} as Record<string, z.ZodType>).refine(oneTest, oneTestMessage) as unknown as z.ZodType<Test>;

/** When a test counts: `ever`, from the first moment it holds; `now`, only while it holds. */
const whenSchema = z.enum(['ever', 'now']).default('ever').describe('`ever`: once it has held while the step was open, it stays credited. `now`: it must hold at the moment in which the last check of the step is met.');

const checkSchema = z.strictObject({
	id: idSchema.describe('Unique in the lab; near misses and the messages of text.<locale>.md name it.'),
	when: whenSchema,
	...predicateShape,
	...combinatorShape,
} as Record<string, z.ZodType>).refine(oneTest, oneTestMessage) as unknown as z.ZodType<Check>;

export type Check = Test & {readonly id: string; readonly when: 'ever' | 'now'};

const hintSchema = z.strictObject({
	level: z.enum(['nudge', 'point', 'near']).describe('How much it gives away: a nudge asks a question, a point names the tool, near is one step short of the command.'),
	when: testSchema.optional().describe('Only if this holds: for a mistake that can be seen.'),
	example: z.string().optional().describe('Lines of a console script that make the mistake; the proof plays them when the step has opened and asks for a hint.'),
}).refine(hint => hint.when === undefined || hint.example !== undefined, 'has a condition and therefore needs an example that fires it');

const stepSchema = z.strictObject({
	id: idSchema.refine(id => !reservedIds.includes(id), 'is a heading of text.<locale>.md with a meaning of its own'),
	points: z.int().min(0).max(100).default(10),
	needs: z.array(z.string()).optional().describe('Steps that must be passed before; without it, the step before.'),
	focus: z.string().optional().describe('The panel to bring to the front.'),
	checks: z.array(checkSchema).min(1),
	hints: z.array(hintSchema).max(9).default([]),
});

/** Headings of the second level in text.<locale>.md that are not steps. */
export const reservedIds: readonly string[] = ['objectives', 'finish'];

const hostSchema = z.strictObject({
	name: z.string().regex(/^[a-z][a-z\d\-]*$/v, 'must be a host name').max(63),
	sockets: z.int().min(1).max(8).default(1),
	coresPerSocket: z.int().min(1).max(128).default(4),
	threadsPerCore: z.int().min(1).max(2).default(1),
	cpuMhz: z.int().min(100).max(10_000).default(2600),
	memoryGib: z.int().min(1).max(4096).default(16),
});

const lineSchema = z.string().min(1).max(65_536);

export const labSchema = z.strictObject({
	format: z.literal(formatVersion).describe('The version of this format.'),
	id: idSchema.describe('The same as the folder\'s name.'),
	version: z.int().min(1).default(1).describe('Grows when the set-up or the checks change.'),
	track: z.string().describe('The topic, which is the name of the folder above.'),
	difficulty: z.int().min(1).max(5),
	minutes: z.int().min(1).max(240),
	requires: z.array(idSchema).default([]).describe('Labs to do before.'),
	scenario: z.string().default('default').describe('A named set of hosts and networks.'),
	hosts: z.array(hostSchema).min(1).max(16).optional().describe('The hosts, where the scenario\'s own will not do. The learner is logged in to the first.'),
	setup: z.array(lineSchema).default([]).describe('Commands that are run before the learner comes, as the learner; a here-doc is one text of several lines.'),
	steps: z.array(stepSchema).min(1).max(30),
	redundant: z.array(z.strictObject({
		line: z.string().describe('A line of solution.console, as it stands after `$ `.'),
		reason: z.string().min(1),
	})).default([]).describe('Lines of the solution that no check depends on, and why they are there.'),
});

export type LabDefinition = Omit<z.infer<typeof labSchema>, 'steps'> & {readonly steps: readonly LabStep[]};
export type LabStep = Omit<z.infer<typeof stepSchema>, 'checks' | 'needs'> & {readonly checks: readonly Check[]; readonly needs: readonly string[]};
export type Hint = LabStep['hints'][number];

/** A lab with its words and its proof. */
export type Lab = LabDefinition & {
	/** Of lab.yaml: what decides how a session goes. Words may be corrected without making old transcripts strange. */
	readonly digest: Digest;
	readonly texts: ReadonlyMap<string, LabText>;
	readonly scripts: readonly Script[];
};

export function maxPoints(lab: Lab): number {
	return lab.steps.reduce((sum, step) => sum + step.points, 0);
}

/** The schema for editors: put it into the first line of a lab.yaml as `# yaml-language-server: $schema=...`. */
export function labJsonSchema(): object {
	return z.toJSONSchema(labSchema, {io: 'input'});
}
