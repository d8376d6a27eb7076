import { describe, expect, it } from 'vitest';
import { carries, shapeOf } from './shape.ts';
import { act, each, flow, repeat } from './testing/hand.ts';

const idsOf = (...steps: Parameters<typeof flow>): string[] => shapeOf(flow(...steps)).steps.map((step) => step.id);

describe('the shape of a flow', () => {
  it('knows of every step its place: block, position, depth', () => {
    const shape = shapeOf(flow(act('a'), each('e', [act('b'), repeat('r', 3, [act('c')])]), act('d')));
    const of = (id: string) => {
      const step = shape.steps[shape.byId.get(id) ?? -1];
      return [shape.steps[step?.parent ?? -1]?.id, step?.pos, step?.depth];
    };
    expect(of('a')).toEqual([undefined, 0, 0]);
    expect(of('d')).toEqual([undefined, 2, 0]);
    expect(of('r')).toEqual(['e', 1, 1]);
    expect(of('c')).toEqual(['r', 0, 2]);
    expect(shape.roots.map((index) => shape.steps[index]?.id)).toEqual(['a', 'e', 'd']);
  });

  it('keeps the first place of an id met twice, among siblings and across blocks', () => {
    expect(idsOf(act('a'), act('b'), act('a', ['b']))).toEqual(['a', 'b']);
    expect(idsOf(each('e', [act('a'), act('b')]), act('a'))).toEqual(['e', 'a', 'b']);
    expect(idsOf(each('e', [act('a')]), each('f', [act('a'), act('c')]))).toEqual(['e', 'f', 'a', 'c']);
  });

  it('leaves out wires from other levels', () => {
    const shape = shapeOf(flow(act('a'), each('e', [act('b', ['a'])]), act('c', ['b'])));
    expect(shape.steps.map((step) => step.entries)).toEqual([0, 0, 0, 0]);
  });

  it('takes a block whose `with` cannot be read for a plain step', () => {
    const shape = shapeOf(flow({ id: 'e', kind: 'each@1', with: { steps: [] } }));
    expect(shape.steps[0]?.block).toBeNull();
  });

  it('knows when the end of an item needs an evaluation', () => {
    const steps = [each('e', [act('a')]), each('f', [act('b')], { result: '{{ 1 }}' }), repeat('r', 3, [act('c')])];
    const shape = shapeOf(flow(...steps, act('s', [], { each: { over: [] } })));
    const judged = shape.roots.map((index) => shape.steps[index]?.block?.judged);
    expect(judged).toEqual([false, true, true, false]);
  });

  it('gives the child of a short form none of the settings that are of the whole', () => {
    const step = act('s', [], { each: { over: [], onItem: 'collect' }, onProblem: 'port', disabled: true });
    const [whole, child] = shapeOf(flow(step)).steps;
    expect(whole).toMatchObject({ onProblem: 'port', disabled: true, block: { short: true, onItem: 'collect' } });
    expect(child).toMatchObject({ id: 's', onProblem: 'stop', disabled: false, block: null, depth: 1, entries: 0 });
  });
});

describe('a wire', () => {
  it('bare carries by every port but `problem`, with a port by that port alone', () => {
    expect(carries({ to: 0, port: null }, null)).toBe(true);
    expect(carries({ to: 0, port: null }, 'true')).toBe(true);
    expect(carries({ to: 0, port: null }, 'problem')).toBe(false);
    expect(carries({ to: 0, port: 'true' }, 'true')).toBe(true);
    expect(carries({ to: 0, port: 'true' }, null)).toBe(false);
    expect(carries({ to: 0, port: 'problem' }, 'problem')).toBe(true);
  });
});
