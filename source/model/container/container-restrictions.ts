// What processes of a container may not do or have, by means of the kernel: no_new_privs, seccomp, resource limits.
// Source: moby/moby daemon/oci_linux.go, profiles/seccomp/default_linux.go.
//
// Simplified: of the default seccomp profile what capabilities would not refuse anyway: making user namespaces without CAP_SYS_ADMIN.

import type {SpawnOptions} from '../kernel/kernel-access.js';
import type {Container, HostConfig} from './container-schema.js';
import {grantedCapabilities} from './granted-capabilities.js';
import {resourceLimitsOf} from './host-resources.js';

/** What a security option says, the last one if it is given twice. */
function securityOption({SecurityOpt}: Pick<HostConfig, 'SecurityOpt'>, name: string): string | undefined {
	return SecurityOpt?.findLast(option => option === name || option.startsWith(`${name}=`) || option.startsWith(`${name}:`))?.slice(name.length + 1);
}

const falseWords: readonly (string | undefined)[] = [undefined, '0', 'f', 'F', 'FALSE', 'false', 'False'];

export function restrictionsOf({hostConfig}: Pick<Container, 'hostConfig'>, isPrivileged = hostConfig.Privileged): Pick<SpawnOptions, 'noNewPrivileges' | 'resourceLimits' | 'seccomp'> {
	const isUnfiltered = isPrivileged || securityOption(hostConfig, 'seccomp') === 'unconfined';
	return {
		noNewPrivileges: !falseWords.includes(securityOption(hostConfig, 'no-new-privileges')),
		resourceLimits: resourceLimitsOf(hostConfig),
		...isUnfiltered ? {} : {seccomp: {refusesUserNamespaces: grantedCapabilities(hostConfig)?.includes('CAP_SYS_ADMIN') === false}},
	};
}
