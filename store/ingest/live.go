package ingest

import "context"

// joined returns a channel from which all batches that wait come as one.
func joined(ctx context.Context, batches <-chan batch) chan batch {
	out := make(chan batch)
	go func() {
		defer close(out)
		var waiting batch
		for in := batches; in != nil || waiting.decoder != nil; {
			from, to := in, out
			if waiting.full() {
				from = nil
			}
			if waiting.decoder == nil {
				to = nil
			}
			select {
			case b, more := <-from:
				if !more {
					in = nil
					continue
				}
				waiting.join(b)
			case to <- waiting:
				waiting = batch{}
			case <-ctx.Done():
				return
			}
		}
	}()
	return out
}

// join puts a batch before the next one.
func (b *batch) join(next batch) {
	if b.decoder != nil {
		next.records = append(b.records, next.records...)
		next.size += b.size
		next.earlier = append(b.earlier, b.found)
	}
	*b = next
}
