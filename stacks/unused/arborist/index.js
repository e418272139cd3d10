// Half of npm would be loaded at each preview otherwise, for programs whose functions are written down as text.
exports.Arborist = class {
  constructor() {
    throw new Error(
      "no function of this program is serialized, so what reads a tree of packages is not installed",
    );
  }
};
