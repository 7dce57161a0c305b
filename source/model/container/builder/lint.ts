// The warnings that BuildKit's Dockerfile frontend gives. Source: moby/buildkit frontend/dockerfile/linter/ruleset.go.
//
// Simplified: of its rules those are here that need nothing but the Dockerfile.

import {closestName} from './closest-name.js';
import type {BuildPlan, Stage} from './build-plan.js';
import {expandInstruction} from './expand-instruction.js';
import type {Instruction} from './instruction.js';

export type Warning = {readonly rule: string; readonly message: string; readonly line: number};

/** Warnings in BuildKit's order; `baseVariables` are the names that a stage's base image sets. */
export function lintDockerfile(plan: BuildPlan, baseVariables: (stage: Stage) => readonly string[]): readonly Warning[] {
	const all = plan.stages.flatMap(stage => [stage.from, ...stage.steps]);
	return [
		...plan.dockerfile.emptyContinuations.map(line => ({rule: 'NoEmptyContinuation', message: 'Empty continuation line', line})),
		...plan.stages.flatMap(stage => stageWarnings(stage.from)),
		...all.flatMap(instruction => instruction.kind === 'maintainer'
			? [{rule: 'MaintainerDeprecated', message: 'Maintainer instruction is deprecated in favor of using label', line: instruction.node.startLine}]
			: []),
		...casingWarnings([...plan.metaArgs, ...all]),
		...plan.stages.flatMap(stage => stepWarnings(stage.steps, new Set(baseVariables(stage)), plan.dockerfile.escape)),
	];
}

function stageWarnings({stage, node}: Extract<Instruction, {kind: 'from'}>): readonly Warning[] {
	const written = node.words[2];
	const warnings: Warning[] = [];
	if (stage !== undefined && written !== undefined && written !== stage) {
		warnings.push({rule: 'StageNameCasing', message: `Stage name '${written}' should be lowercase`, line: node.startLine});
	}

	const as = node.words[1];
	if (as !== undefined && isUpper(as) !== isUpper(node.keyword) && isUniform(node.keyword)) {
		warnings.push({rule: 'FromAsCasing', message: `'${as}' and '${node.keyword}' keywords' casing do not match`, line: node.startLine});
	}

	return warnings;
}

function isUpper(text: string): boolean {
	return text === text.toUpperCase();
}

function isUniform(text: string): boolean {
	return isUpper(text) || text === text.toLowerCase();
}

function casingWarnings(all: readonly Instruction[]): readonly Warning[] {
	const keywords = all.map(({node}) => node.keyword);
	const upper = keywords.filter(isUpper).length;
	const lower = keywords.filter(keyword => keyword === keyword.toLowerCase()).length;
	const isUpperMajority = upper >= lower;
	const wanted = (keyword: string) => isUpperMajority ? keyword.toUpperCase() : keyword.toLowerCase();
	return all.flatMap(({node: {keyword, startLine: line}}) => keyword === wanted(keyword) ? [] : [{
		rule: 'ConsistentInstructionCasing', line, message: `Command '${keyword}' should match the case of the command majority (${isUpperMajority ? 'uppercase' : 'lowercase'})`,
	}]);
}

/** `known` grows by what the steps themselves set. */
function stepWarnings(steps: readonly Instruction[], known: Set<string>, escape: string): readonly Warning[] {
	const warnings: Warning[] = [];
	for (const [index, step] of steps.entries()) {
		const line = step.node.startLine;
		const name = step.kind.toUpperCase();
		const expanded = expandInstruction(step, new Map([...known].map(variable => [variable, variable])), escape);
		for (const variable of new Set('error' in expanded ? [] : expanded.unset)) {
			warnings.push(undefinedVariable(variable, known, line));
		}

		for (const variable of step.kind === 'arg' ? step.args : (step.kind === 'env' ? step.pairs : [])) {
			known.add(variable.name);
		}

		if ((step.kind === 'env' || step.kind === 'label') && step.pairs.some(pair => pair.isLegacy)) {
			warnings.push({rule: 'LegacyKeyValueFormat', message: `"${name} key=value" should be used instead of legacy "${name} key value" format`, line});
		}

		if ((step.kind === 'cmd' || step.kind === 'entrypoint') && step.command.isShell && !steps.some(other => other.kind === 'shell')) {
			warnings.push({rule: 'JSONArgsRecommended', message: `JSON arguments recommended for ${name} to prevent unintended behavior related to OS signals`, line});
		}

		if (['cmd', 'entrypoint', 'healthcheck'].includes(step.kind) && steps.slice(index + 1).some(other => other.kind === step.kind)) {
			warnings.push({rule: 'MultipleInstructionsDisallowed', message: `Multiple ${name} instructions should not be used in the same stage because only the last one will be used`, line});
		}

		if (step.kind === 'workdir' && !/^[\/$]/v.test(step.path) && !steps.slice(0, index).some(other => other.kind === 'workdir')) {
			warnings.push({rule: 'WorkdirRelativePath', message: `Relative workdir ${JSON.stringify(step.path)} can have unexpected results if the base image changes`, line});
		}
	}

	return warnings;
}

/** `$A` was used where no ARG, ENV or base image sets it. */
function undefinedVariable(name: string, known: Iterable<string>, line: number): Warning {
	const closest = closestName(name, [...known]);
	return {rule: 'UndefinedVar', message: `Usage of undefined variable '$${name}'${closest === undefined ? '' : ` (did you mean $${closest}?)`}`, line};
}
