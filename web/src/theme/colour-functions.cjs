// ng-zorro computes some colours at build time. Ours are custom properties, known only in the browser, so the same
// functions answer with color-mix() for them and do what they always did for plain colours.
const mixWith = { fade: 'transparent', fadein: 'transparent', darken: 'black', lighten: 'white', tint: 'white', shade: 'black' };

module.exports = {
  install(less, _pluginManager, functions) {
    const registry = less.functions.functionRegistry;
    for (const [name, other] of Object.entries(mixWith)) {
      const builtIn = registry.get(name);
      functions.add(name, function (colour, amount) {
        if (colour.type === 'Color') return builtIn.call(this, colour, amount);
        const share = name === 'fade' ? amount.value : 100 - amount.value;
        return new less.tree.Anonymous(`color-mix(in srgb, ${colour.toCSS({})} ${share}%, ${other})`);
      });
    }
  },
};
