/** The pages of evaluations, fetched as one: who sees one of them goes on to another. */

export { DatasetPage } from './dataset-page.tsx';
export { EvaluationPage } from './evaluation-page.tsx';
export { EvaluationsPage } from './evaluations-page.tsx';
