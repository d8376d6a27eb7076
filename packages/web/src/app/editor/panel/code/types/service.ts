/**
 * TypeScript's language service over the one text of a code step: the declarations of its realm, of its input and of `can`,
 * and nothing else. It reads no file and runs nothing.
 *
 * TS1 Only what the realm has is known: a global that browsers have is an error, as it is when the step runs.
 */

import ts from 'typescript';
import { type Annotated, annotated } from './annotate.ts';
import type { AnswerTo, Answers, Complaint, Language, Question, Source, Told } from './language.ts';

/** What code may import (docs/steps.md); their types are not sent to browsers, so they are anything. */
const LIBRARIES = ['@noble/hashes', 'date-fns', 'fast-xml-parser', 'lodash-es', 'papaparse', 'uuid', 'zod'];
const MODULES = LIBRARIES.flatMap((name) => [`declare module '${name}';`, `declare module '${name}/*';`]).join('\n');

/** How to set up a compiler is no help where there is nothing to set up. */
const COMPILER_ADVICE = / Do you need to (?:change your target library|install type definitions)\?[\s\S]*$/;

const LIB = '/realm.d.ts';
const TYPES = '/types.d.ts';
const IMPORTS = '/imports.d.ts';
const MOST_OFFERS = 400;

const optionsFor = (language: Language): ts.CompilerOptions => ({
  target: ts.ScriptTarget.ES2023,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  moduleDetection: ts.ModuleDetectionKind.Force,
  strict: true,
  noEmit: true,
  types: [],
  // Who writes JavaScript has no place to say types: what is not known is anything.
  ...(language === 'js'
    ? { allowJs: true, checkJs: true, noImplicitAny: false, useUnknownInCatchVariables: false }
    : {}),
});

export class Service {
  readonly #files = new Map<string, { readonly text: string; readonly version: string }>();
  readonly #languages: Readonly<Record<Language, ts.LanguageService>>;
  #versions = 0;
  #source: Source = { text: '', language: 'ts', declarations: '' };
  #annotated: Annotated = annotated('', 'ts');

  /** `lib`: declarations of the realm. */
  constructor(lib: string) {
    this.#put(LIB, lib);
    this.#put(IMPORTS, MODULES);
    const registry = ts.createDocumentRegistry();
    this.#languages = { js: this.#service('js', registry), ts: this.#service('ts', registry) };
  }

  answer<Q extends Question>(source: Source, question: Q): AnswerTo<Q> {
    this.#open(source);
    // One answer a question; the kind of the question chooses it.
    return this.#answers(question) as AnswerTo<Q>;
  }

  #answers(question: Question): Answers[Question['ask']] {
    switch (question.ask) {
      case 'complaints':
        return this.#complaints();
      case 'offers':
        return this.#offers(question.at);
      case 'offer':
        return this.#offer(question.at, question.label);
      case 'told':
        return this.#told(question.at);
    }
  }

  #put(name: string, text: string): void {
    if (this.#files.get(name)?.text === text) return;
    this.#versions += 1;
    this.#files.set(name, { text, version: String(this.#versions) });
  }

  #open(source: Source): void {
    this.#put(TYPES, source.declarations);
    const was = this.#source;
    this.#source = source;
    if (was.text !== source.text || was.language !== source.language)
      this.#annotated = annotated(source.text, source.language);
    this.#put(this.#file, this.#annotated.text);
  }

  get #file(): string {
    return `/step.${this.#source.language}`;
  }

  get #now(): ts.LanguageService {
    return this.#languages[this.#source.language];
  }

  #service(language: Language, registry: ts.DocumentRegistry): ts.LanguageService {
    const names = [LIB, TYPES, IMPORTS, `/step.${language}`];
    const files = this.#files;
    const host: ts.LanguageServiceHost = {
      getCompilationSettings: () => optionsFor(language),
      getScriptFileNames: () => names.filter((name) => files.has(name)),
      getScriptVersion: (name) => files.get(name)?.version ?? '0',
      getScriptSnapshot: (name) => {
        const file = files.get(name);
        return file === undefined ? undefined : ts.ScriptSnapshot.fromString(file.text);
      },
      getCurrentDirectory: () => '/',
      getDefaultLibFileName: () => LIB,
      fileExists: (name) => files.has(name),
      readFile: (name) => files.get(name)?.text,
    };
    return ts.createLanguageService(host, registry);
  }

  #complaints(): readonly Complaint[] {
    const place = this.#annotated.back;
    const told =
      (syntax: boolean) =>
      (one: ts.Diagnostic): Complaint => {
        const { start = 0, length = 0, code, category, messageText } = one;
        return {
          from: place(start),
          to: place(start + length),
          text: ts.flattenDiagnosticMessageText(messageText, '\n').replace(COMPILER_ADVICE, ''),
          code: `TS${code}`,
          severity:
            category === ts.DiagnosticCategory.Error
              ? 'error'
              : category === ts.DiagnosticCategory.Warning
                ? 'warning'
                : 'info',
          syntax,
        };
      };
    const syntax = this.#now.getSyntacticDiagnostics(this.#file);
    return [
      ...syntax.map(told(true)),
      ...(syntax.length > 0 ? [] : this.#now.getSemanticDiagnostics(this.#file)).map(told(false)),
    ];
  }

  #offers(at: number): Answers['offers'] {
    const found = this.#now.getCompletionsAtPosition(this.#file, this.#annotated.into(at), {
      includeCompletionsForModuleExports: false,
      includeCompletionsWithInsertText: false,
    });
    if (found === undefined) return null;
    const { text } = this.#source;
    let from = at;
    while (from > 0 && /[\w$]/.test(text[from - 1] ?? '')) from -= 1;
    const offers = found.entries.slice(0, MOST_OFFERS).map(({ name, kind, sortText }) => ({
      label: name,
      kind,
      rank: sortText,
    }));
    return { from, to: at, offers };
  }

  #offer(at: number, label: string): Told | null {
    const found = this.#now.getCompletionEntryDetails(
      this.#file,
      this.#annotated.into(at),
      label,
      undefined,
      undefined,
      undefined,
      undefined,
    );
    return found === undefined
      ? null
      : {
          from: at,
          to: at,
          signature: ts.displayPartsToString(found.displayParts),
          docs: ts.displayPartsToString(found.documentation),
        };
  }

  #told(at: number): Told | null {
    const found = this.#now.getQuickInfoAtPosition(this.#file, this.#annotated.into(at + 1) - 1);
    if (found === undefined) return null;
    const { start, length } = found.textSpan;
    return {
      from: this.#annotated.back(start),
      to: this.#annotated.back(start + length),
      signature: ts.displayPartsToString(found.displayParts),
      docs: ts.displayPartsToString(found.documentation),
    };
  }
}
