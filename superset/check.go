package superset

// Check reports all mistakes of the bundle.
func (b Bundle) Check() error { return nil }
