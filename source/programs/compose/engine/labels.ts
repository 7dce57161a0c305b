// Labels by which compose finds again what it made. Source: docker/compose pkg/api/labels.go.

const label = (name: string) => `com.docker.compose.${name}`;

export const projectLabel = label('project');
export const serviceLabel = label('service');
export const configHashLabel = label('config-hash');
export const containerNumberLabel = label('container-number');
export const dependsOnLabel = label('depends_on');
export const imageLabel = label('image');
export const oneOffLabel = label('oneoff');
export const slugLabel = label('slug');
export const replaceLabel = label('replace');
export const workingDirLabel = label('project.working_dir');
export const configFilesLabel = label('project.config_files');
export const environmentFileLabel = label('project.environment_file');
export const versionLabel = label('version');
export const networkLabel = label('network');
export const volumeLabel = label('volume');
