// Start: a host with a directory of compose files. Which files, which name and which variables a command goes by.

import {expect, test} from 'vitest';
import {TestHost} from '../../support/test-host.js';

const host = new TestHost();
host.sh(`mkdir -p "/srv/My App_1/sub" /srv/other; cd "/srv/My App_1"
echo 'services: {web: {image: "nginx:$TAG"}}' > compose.yaml
echo 'services: {web: {hostname: over}}' > compose.override.yaml
echo 'services: {web: {hostname: extra, build: ./ctx}}' > extra.yaml
echo 'services: {dev: {image: d, profiles: [dev]}, all: {image: a}}' > profiles.yaml
printf 'TAG=dotenv\\n' > .env; printf 'TAG=given\\nOTHER=1\\n' > given.env`);

function run(command: string, env: Readonly<Record<string, string>> = {}): string {
	const {stdout, stderr} = host.sh(command, {cwd: '/srv/My App_1', env: {HOME: '/root', ...env}});
	return stdout + stderr;
}

test('the file and its override are found, here or above, and name the project by their directory', () => {
	const found = 'name: myapp_1\nservices:\n  web:\n    hostname: over\n    image: nginx:dotenv\n';
	expect(run('docker compose config | head -5')).toBe(found);
	expect(run('cd sub; docker compose config | head -5')).toBe(found);
	expect(run('docker compose --project-directory /srv/other config')).toBe('no configuration file provided: not found\n');
});

test('files that are named are laid over each other, without the override', () => {
	expect(run('docker compose -f compose.yaml -f extra.yaml config | head -9')).toBe('name: myapp_1\nservices:\n  web:\n    build:\n      context: /srv/My App_1/ctx\n      dockerfile: Dockerfile\n    hostname: extra\n    image: nginx:dotenv\n    networks:\n');
	expect(run('docker compose config --images', {COMPOSE_FILE: 'profiles.yaml'})).toBe('a\n');
	expect(run('docker compose --project-directory /srv/other -f compose.yaml -f extra.yaml config | grep -E "name:|context"', {TAG: 'x'})).toBe('name: other\n      context: /srv/other/ctx\n    hostname: extra\n    name: other_default\n');
});

test('variables come from the environment, then from files', () => {
	expect(run('docker compose config --images', {TAG: 'env'})).toBe('nginx:env\n');
	expect(run('docker compose --env-file given.env config --images')).toBe('nginx:given\n');
	expect(run('docker compose --env-file given.env --env-file .env config --images')).toBe('nginx:dotenv\n');
	expect(run('docker compose --env-file given.env config --environment | grep -E "TAG|OTHER"')).toBe('OTHER=1\nTAG=given\n');
});

test('-p goes before COMPOSE_PROJECT_NAME, and that before the directory', () => {
	expect(run('docker compose config | head -1', {COMPOSE_PROJECT_NAME: 'env'})).toBe('name: env\n');
	expect(run('docker compose -p given config | head -1', {COMPOSE_PROJECT_NAME: 'env'})).toBe('name: given\n');
	expect(run('docker compose config -q', {COMPOSE_PROJECT_NAME: 'Env'})).toBe('invalid project name "Env": must consist only of lowercase alphanumeric characters, hyphens, and underscores as well as start with a letter or number\n');
});

test('profiles are given by flag or variable, or a service by its name', () => {
	expect(run('docker compose -f profiles.yaml config --services')).toBe('all\n');
	expect(run('docker compose -f profiles.yaml --profile dev config --services')).toBe('all\ndev\n');
	expect(run('docker compose -f profiles.yaml config --services', {COMPOSE_PROFILES: 'dev'})).toBe('all\ndev\n');
	expect(run('docker compose -f profiles.yaml config --services dev')).toBe('dev\n');
	expect(run('docker compose -f profiles.yaml config --profiles')).toBe('dev\n');
});

test('a file may come on standard input', () => {
	expect(run('echo "services: {x: {image: y}}" | docker compose -f - config --services')).toBe('x\n');
});

test('config leaves undone what it is told to', () => {
	expect(run('echo \'services: {x: {ports: ["${PORT}:80"], image: "$I"}}\' | docker compose -f - config --no-interpolate')).toBe('name: myapp_1\nnetworks:\n  default:\n    name: myapp_1_default\nservices:\n  x:\n    image: $I\n    networks:\n      default: null\n    ports:\n      - ${PORT}:80\n');
	expect(run('docker compose -f compose.yaml -f extra.yaml config --no-path-resolution | grep context')).toBe('      context: ./ctx\n');
	expect(run('docker compose config -o out.yaml; head -1 out.yaml; rm out.yaml; docker compose config --format xml')).toBe('name: myapp_1\nunsupported format "xml"\n');
});
