// Whether there is (or is not) a container that fits, running or not.

import * as z from 'zod';
import {isJsonObject, type Json} from '../../base/json.js';
import {countHolds, countSchema, describeCondition, firstUnmet, valuesAt, whereSchema} from '../condition.js';
import type {Documents} from '../documents.js';
import {predicate} from '../predicate.js';

export const containerArguments = z.strictObject({
	host: z.string().optional(),
	name: z.string().optional().describe('The container\'s name; without it, any container.'),
	image: z.string().optional().describe('The image it was made from, as a reference.'),
	where: whereSchema.default({}).describe('Conditions on `docker inspect` of the container.'),
	count: countSchema.default({atLeast: 1}).describe('How many such containers there must be.'),
}).describe('Containers that fit, as `docker ps -a` and `docker inspect` show them.');

export const container = predicate({
	arguments: containerArguments,
	judge({documents}, args) {
		const candidates = containers(documents, args);
		const fitting = candidates.filter(document => firstUnmet(document, args.where) === undefined);
		const expected = `${describeCount(args.count)} container${describeWho(args)}${Object.entries(args.where).map(([path, condition]) => `, ${path} ${describeCondition(condition)}`).join('')}`;
		const actual = candidates.length === 0 ? 'no such container' : candidates.map(document => describeMisfit(document, args.where)).join('; ');
		return {passed: countHolds(fitting.length, args.count), expected, actual};
	},
});

/** The inspect documents of the containers with that name and image. */
export function containers(documents: Documents, selection: {readonly host?: string | undefined; readonly name?: string | undefined; readonly image?: string | undefined}): readonly Json[] {
	const list = documents.engine('/containers/json?all=1', selection);
	const ids = Array.isArray(list) ? list.flatMap(item => valuesAt(item as Json, 'Id')) : [];
	const imageId = selection.image === undefined ? undefined : documents.engine(`/images/${selection.image}/json`, selection);
	return ids.flatMap(id => {
		const document = documents.engine(`/containers/${String(id)}/json`, selection);
		if (document === undefined || !isJsonObject(document)) {
			return [];
		}

		const isNamed = selection.name === undefined || document['Name'] === `/${selection.name}`;
		const isMade = selection.image === undefined || isFrom(document, selection.image, imageId);
		return isNamed && isMade ? [document] : [];
	});
}

/** By reference or by what the reference points to: a tag may have moved on, and a container may be made by id. */
function isFrom(document: Json, image: string, imageDocument: Json | undefined): boolean {
	const [reference] = valuesAt(document, 'Config.Image');
	const [made] = valuesAt(document, 'Image');
	const [current] = imageDocument === undefined ? [] : valuesAt(imageDocument, 'Id');
	return (typeof reference === 'string' && withTag(reference) === withTag(image)) || (made !== undefined && made === current);
}

function withTag(reference: string): string {
	const short = reference.replace(/^docker\.io\//v, '').replace(/^library\//v, '');
	return /:[^\/]+$/v.test(short) ? short : `${short}:latest`;
}

function describeWho(args: {readonly name?: string | undefined; readonly image?: string | undefined}): string {
	return `${args.name === undefined ? '' : ` named ${args.name}`}${args.image === undefined ? '' : ` of image ${args.image}`}`;
}

function describeCount(count: z.infer<typeof countSchema>): string {
	return typeof count === 'number' ? String(count) : describeCondition({...count});
}

function describeMisfit(document: Json, where: z.infer<typeof whereSchema>): string {
	const unmet = firstUnmet(document, where);
	const name = String(valuesAt(document, 'Name')[0]).replace(/^\//v, '');
	return unmet === undefined ? `${name} fits` : `${name}: ${unmet.path} is ${unmet.actual}`;
}
