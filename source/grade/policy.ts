// What a course makes of a grade: hints that cost, work handed in late, partial credit, several attempts. A policy never changes a
// grade; it makes an account of it, in which every deduction is a line with its reason.

import {LineCounter, parseDocument} from 'yaml';
import * as z from 'zod';
import type {Grade, Graded, StepGrade} from './grade.js';

const points = z.number().min(0).max(1000);
const percent = z.number().min(0).max(100);

const policySchema = z.strictObject({
	hintCost: z.strictObject({nudge: points.default(0), point: points.default(0), near: points.default(0)}).prefault({}).describe('Points that a hint of each level costs; a step never costs more than it gives.'),
	partialCredit: z.boolean().default(false).describe('A step that is open and not passed gives the share of its checks that hold.'),
	late: z.strictObject({
		due: z.iso.datetime({offset: true}).describe('The last moment at which a session may end and count in full.'),
		percentPerDay: percent.default(10).describe('Off for each day begun after it.'),
		maxPercent: percent.default(100),
	}).optional(),
	attempts: z.int().min(1).max(1000).optional().describe('How many transcripts of one learner and lab are looked at, the earliest first. Without it, all.'),
	keep: z.enum(['best', 'first', 'last']).default('best').describe('Which of them counts.'),
});

export type Policy = z.infer<typeof policySchema>;

/** Everything counts in full, the best attempt is kept. */
export const defaultPolicy: Policy = policySchema.parse({});

/** Reads a policy from YAML. The error names the line where there is one. */
export function readPolicy(text: string): {readonly policy: Policy} | {readonly error: string} {
	const document = parseDocument(text, {lineCounter: new LineCounter(), prettyErrors: false});
	const [problem] = document.errors;
	if (problem !== undefined) {
		return {error: `line ${problem.linePos?.[0].line ?? 1}: ${problem.message}`};
	}

	const parsed = policySchema.safeParse(toValue(document) ?? {});
	if (parsed.success) {
		return {policy: parsed.data};
	}

	const [issue] = parsed.error.issues;
	return {error: `${issue?.path.map(String).join('.') ?? ''}: ${issue?.message ?? ''}`};
}

function toValue(document: ReturnType<typeof parseDocument>): unknown {
	try {
		return document.toJS({maxAliasCount: 10});
	} catch {
		// Too many aliases: what the schema then says of a text is enough.
		return 'too many aliases';
	}
}

export type Deduction = {readonly reason: string; readonly points: number};

/** What a grade is worth under a policy. Points have at most two digits after the point. */
export type Account = {
	/** What each step gave before deductions, in the order of the steps. */
	readonly steps: readonly number[];
	readonly earned: number;
	readonly deductions: readonly Deduction[];
	readonly points: number;
	readonly maxPoints: number;
};

/** Undefined for what is not gradable: it has no points, not even none. */
export function account(grade: Grade, policy: Policy): Account | undefined {
	if (grade.result === 'not-gradable') {
		return undefined;
	}

	const worth = grade.steps.map(step => stepWorth(step, policy));
	const earned = sum(worth);
	const hints = grade.steps.flatMap((step, index) => hintDeduction(step, worth[index]!, policy));
	const afterHints = earned - sum(hints.map(deduction => deduction.points));
	const deductions = [...hints, ...lateDeduction(grade, afterHints, policy)];
	return {steps: worth, earned, deductions, points: Math.max(0, toHundredths(earned - sum(deductions.map(deduction => deduction.points)))), maxPoints: grade.maxScore};
}

function stepWorth(step: StepGrade, {partialCredit}: Policy): number {
	if (step.result !== 'failed' || !partialCredit) {
		return step.points;
	}

	const held = step.checks.filter(check => check.result === 'passed').length;
	return toHundredths(step.maxPoints * held / step.checks.length);
}

function hintDeduction(step: StepGrade, worth: number, {hintCost}: Policy): readonly Deduction[] {
	const cost = Math.min(worth, sum(step.hints.map(level => hintCost[level])));
	return cost === 0 ? [] : [{reason: `${step.id}: hints (${step.hints.join(', ')})`, points: toHundredths(cost)}];
}

const secondsPerDay = 86_400;

function lateDeduction({startedSeconds, seconds}: Graded, points: number, {late}: Policy): readonly Deduction[] {
	if (late === undefined || startedSeconds === undefined) {
		return [];
	}

	const days = Math.ceil((startedSeconds + seconds - (Date.parse(late.due) / 1000)) / secondsPerDay);
	const share = Math.min(late.maxPercent, days * late.percentPerDay);
	return days <= 0 || share === 0 ? [] : [{reason: `late by ${days} ${days === 1 ? 'day' : 'days'}, ${share} %`, points: toHundredths(points * share / 100)}];
}

function sum(numbers: readonly number[]): number {
	return toHundredths(numbers.reduce((total, number) => total + number, 0));
}

function toHundredths(points: number): number {
	return Math.round(points * 100) / 100;
}
