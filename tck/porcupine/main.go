// Command porcupine judges histories that the kit has saved, with the linearizability checker
// Porcupine. It prints a line for each file: legal, illegal or unknown. The exit code is 0 if all
// are legal, 1 if one is illegal, 3 if one is unknown, and 2 if a file cannot be read.
package main

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"time"

	"github.com/anishathalye/porcupine"
)

const (
	format  = "databroker-porcupine-1"
	timeout = 60 * time.Second
)

type operation struct {
	Client int    `json:"client"`
	Call   int64  `json:"call"`
	Return *int64 `json:"return"` // absent if the operation may still take effect
	Input  input  `json:"input"`
	Output output `json:"output"`
}

type history struct {
	Format     string      `json:"format"`
	Start      start       `json:"start"`
	Operations []operation `json:"operations"`
}

func read(file string) (history, error) {
	var read history
	text, err := os.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(text, &read)
	}
	if err == nil && read.Format != format {
		err = fmt.Errorf("format %q, not %q", read.Format, format)
	}
	return read, err
}

// operations gives each operation without a return a client of its own: a client goes on after it.
func (h history) operations() []porcupine.Operation {
	var all []porcupine.Operation
	clients := map[int]int{}
	for i, op := range h.Operations {
		client, known := clients[op.Client]
		if !known {
			client = len(clients)
			clients[op.Client] = client
		}
		end := int64(math.MaxInt64)
		if op.Return != nil {
			end = *op.Return
		} else {
			client = 1_000_000 + i
		}
		all = append(all, porcupine.Operation{
			ClientId: client, Input: op.Input, Call: op.Call, Output: op.Output, Return: end,
		})
	}
	return all
}

func main() {
	code := 0
	for _, file := range os.Args[1:] {
		history, err := read(file)
		if err != nil {
			fmt.Fprintf(os.Stderr, "%s: %v\n", file, err)
			os.Exit(2)
		}
		switch porcupine.CheckOperationsTimeout(model(history.Start), history.operations(), timeout) {
		case porcupine.Ok:
			fmt.Println(file, "legal")
		case porcupine.Illegal:
			fmt.Println(file, "illegal")
			code = 1
		default:
			fmt.Println(file, "unknown")
			if code == 0 {
				code = 3
			}
		}
	}
	os.Exit(code)
}
