/** Parts of the editor that are fetched apart from it, since not everybody needs them, and before they are needed where somebody may. */

import { lazily } from '../ui/lazily.tsx';

/** The canvas library is the largest part of the editor; the outline does not need it. */
export const Canvas = lazily(async () => (await import('./canvas/canvas.tsx')).Canvas);

export const InputPane = lazily(async () => (await import('./panel/data/input-pane.tsx')).InputPane);
export const OutputPane = lazily(async () => (await import('./panel/data/output-pane.tsx')).OutputPane);
export const Needs = lazily(async () => (await import('./panel/needs/needs.tsx')).Needs);
export const SecretField = lazily(async () => (await import('./panel/secrets/secret-field.tsx')).SecretField);
export const TableField = lazily(async () => (await import('./panel/tables/table-field.tsx')).TableField);
export const BaseField = lazily(async () => (await import('./panel/knowledge/base-field.tsx')).BaseField);
export const ModelInput = lazily(async () => (await import('./panel/models/model-input.tsx')).ModelInput);
export const ServiceFields = lazily(async () => (await import('./services/service-fields.tsx')).ServiceFields);
export const McpFields = lazily(async () => (await import('./panel/mcp/mcp-fields.tsx')).McpFields);
export const ServiceTriggerFields = lazily(
  async () => (await import('./services/service-trigger-fields.tsx')).ServiceTriggerFields,
);

export const Playground = lazily(async () => (await import('./playground/playground.tsx')).Playground);

export const Assistant = lazily(async () => (await import('./assistant/assistant.tsx')).Assistant);

export const Designer = lazily(async () => (await import('./designer/designer.tsx')).Designer);

/** What most panels of a step show. */
export const warmPanel = (): void => {
  for (const part of [InputPane, OutputPane, Needs, SecretField]) part.warm();
};
