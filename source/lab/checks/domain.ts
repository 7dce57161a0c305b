// Whether there is (or is not) a virtual machine that fits, running or not.

import * as z from 'zod';
import type {Json} from '../../base/json.js';
import {countHolds, countSchema, describeCondition, firstUnmet, valuesAt, whereSchema} from '../condition.js';
import {predicate} from '../predicate.js';

export const domainArguments = z.strictObject({
	host: z.string().optional(),
	name: z.string().optional().describe('The name that virsh knows it by; without it, any.'),
	where: whereSchema.default({}).describe('Conditions on the document: name, state, vcpus, maxVcpus, memoryKib, runMs, stealMs, vcpu[0].thread, ...'),
	count: countSchema.default({atLeast: 1}),
}).describe('Virtual machines that fit, as `virsh list --all` and `virsh dominfo` show them.');

export const domain = predicate({
	arguments: domainArguments,
	judge({documents}, args) {
		const candidates = documents.domains(args).filter(document => args.name === undefined || nameOf(document) === args.name);
		const fitting = candidates.filter(document => firstUnmet(document, args.where) === undefined);
		return {
			passed: countHolds(fitting.length, args.count),
			expected: `${typeof args.count === 'number' ? args.count : describeCondition({...args.count})} virtual machine${args.name === undefined ? '' : ` ${args.name}`}${Object.entries(args.where).map(([path, condition]) => `, ${path} ${describeCondition(condition)}`).join('')}`,
			actual: candidates.length === 0 ? 'no such virtual machine' : candidates.map(document => misfit(document, args.where)).join('; '),
		};
	},
});

function nameOf(document: Json): string {
	return String(valuesAt(document, 'name')[0]);
}

function misfit(document: Json, where: z.infer<typeof whereSchema>): string {
	const unmet = firstUnmet(document, where);
	return unmet === undefined ? `${nameOf(document)} fits` : `${nameOf(document)}: ${unmet.path} is ${unmet.actual}`;
}
