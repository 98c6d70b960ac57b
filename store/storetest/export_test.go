package storetest

// HideInstalled makes as if no server were installed outside PATH.
func HideInstalled() { installed = "" }
