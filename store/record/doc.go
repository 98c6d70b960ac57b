// Package record takes events out of a running program and stores them without
// getting in its way.
//
//	db, err := store.Open(ctx, dsn, store.Options{})
//	…
//	rec := record.New(db, record.Options{})
//	defer rec.Close(shutdown) // stores what is queued, or says how much is not
//
//	key, err := rec.CodeGeneration(ctx, metrics.CodeGeneration{Prompt: prompt, Timestamp: metrics.At(now)})
//	…
//	rec.Bug(ctx, metrics.Bug{
//		Origin:  metrics.Origin{GenerationKey: &key},
//		Pattern: "bounds_checking", Error: "index out of range", Timestamp: metrics.At(now),
//	})
//
// There are two ways to hand over an event. [Recorder.Record] and the methods
// named after the six kinds of events are fire and forget: they queue the event
// in memory and return at once. [Recorder.Store] returns when the event is
// durable: committed by the database, or in the [Journal] if there is one. The
// journal is a file that keeps events through the death of the program until the
// database has them.
//
// A single goroutine takes whatever is queued and commits it as one group, so
// that many callers share a commit and a single one waits for nobody else. What
// fails is tried again for as long as the recorder is open, under the same event
// keys, so that no event is stored twice. [Recorder.Stats] accounts for every
// event that was accepted.
package record
