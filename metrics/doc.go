// Package metrics holds what AI-assisted development produces, as Bun models:
// code generations with a stated confidence, bugs, test failures, review
// findings, performance, deployment issues, and the rollups made of them.
//
// Six of the models are events: [Bug], [TestFailure], [CodeReview],
// [Performance], [Deployment] and [CodeGeneration]. Each embeds an [Origin],
// which says where the event came from and carries the key that makes storing
// it twice harmless. [Effectiveness] and [Summary] are rollups.
//
// A pointer, a nil [JSON] or nil [Names] is NULL and means "unknown", never
// zero. Nothing is invented: what a tool did not say stays unknown. Validate
// holds the same rules as the CHECK constraints of both databases, so that a
// row refused by one is refused by all three.
package metrics
