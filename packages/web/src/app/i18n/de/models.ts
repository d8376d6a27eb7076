import type { Translation } from '../i18n.ts';
import type { models as english } from '../en/models.ts';

export const models: Translation<typeof english> = {
  lead: 'Welche Sprachmodelle Flows fragen können. Ein Anbieter wird einmal eingerichtet; ein Schritt nennt ein Modell davon und fragt nur die Modelle, die ihm geliehen wurden.',
  empty:
    'Flows können Modelle von OpenAI, Anthropic oder Google fragen, oder die eines eigenen Servers, sobald ein Anbieter eingerichtet ist. Es gibt noch keinen.',
  create: 'Neuer Anbieter',
  change: 'Ändern',
  changeOf: '{{name}} ändern',
  name: 'Name',
  nameHint: 'Womit die Namen seiner Modelle beginnen, wie local in local/llama3.2.',
  nameWrong: 'Kleinbuchstaben, Ziffern, _ . und -; am Anfang ein Buchstabe oder eine Ziffer',
  kind: 'Anbieter',
  address: 'Adresse',
  addressHint:
    'Mit ihrer Version, z. B. {{example}}. Eine Adresse auf dieser Maschine oder in einem privaten Netz muss ein Administrator des Servers öffnen.',
  key: 'Schlüssel',
  keyHint: 'Wird als Geheimnis {{name}} abgelegt, nur für diese Adresse. Er geht hinein und kommt nie wieder heraus.',
  keyKept: 'Leer lassen, um den abgelegten zu behalten.',
  look: 'Zeigen, was getippt ist',
  where: 'Einen Schlüssel bekommen',
  models: 'Modelle',
  modelsHint: 'Die einzigen Modelle, die gefragt werden dürfen, mit den Namen des Anbieters. Keine: alle bekannten.',
  first: 'Zuerst angeboten',
  test: 'Prüfen',
  testOf: '{{name}} prüfen',
  testing: '{{name}} wird nach seinen Modellen gefragt…',
  works: '{{name}} antwortet, mit {{found}} Modellen.',
  saved: '{{name}} ist eingerichtet.',
  removeOf: '{{name}} löschen',
  removeText: 'Schritte, die seine Modelle nennen, schlagen von da an fehl. Das Geheimnis mit seinem Schlüssel bleibt.',
  removed: '{{name}} ist gelöscht.',
  any: 'beliebig',
  save: 'Speichern und prüfen',
};
