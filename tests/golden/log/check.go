// Check reads what a log and its witness signed with golang.org/x/mod/sumdb, the reference implementation of signed
// notes and transparency logs: `go run check.go vectors` prints yes, or panics with what is wrong. A folder has the keys
// of both, two checkpoints, the request with which the newer was shown to the witness, its answer, and receipts; of the
// vectors also the leaves and the log's secret key.
package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func read(name string) string {
	return string(must(os.ReadFile(filepath.Join(os.Args[1], name))))
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func has(name string) bool {
	_, err := os.Stat(filepath.Join(os.Args[1], name))
	return err == nil
}

// names are those of the files that the pattern fits.
func names(pattern string) []string {
	var found []string
	for _, path := range must(filepath.Glob(filepath.Join(os.Args[1], pattern))) {
		found = append(found, filepath.Base(path))
	}
	return found
}

// tree is the size and root in the text of a checkpoint.
func tree(text string) tlog.Tree {
	lines := strings.Split(text, "\n")
	return tlog.Tree{N: must(strconv.ParseInt(lines[1], 10, 64)), Hash: must(tlog.ParseHash(lines[2]))}
}

func hashes(lines []string) []tlog.Hash {
	var found []tlog.Hash
	for _, line := range lines {
		found = append(found, must(tlog.ParseHash(line)))
	}
	return found
}

// cosignature verifies what c2sp.org/tlog-cosignature calls cosignature/v1.
type cosignature struct {
	name string
	id   uint32
	key  ed25519.PublicKey
}

func witness(vkey string) cosignature {
	name, rest, _ := strings.Cut(vkey, "+")
	id, material, _ := strings.Cut(rest, "+")
	key := must(base64.StdEncoding.DecodeString(material))
	sum := sha256.Sum256(append([]byte(name+"\n"), key...))
	if key[0] != 4 || id != fmt.Sprintf("%x", sum[:4]) {
		panic("this is not the key of a witness")
	}
	return cosignature{name, binary.BigEndian.Uint32(sum[:4]), key[1:]}
}

func (c cosignature) Name() string    { return c.name }
func (c cosignature) KeyHash() uint32 { return c.id }
func (c cosignature) Verify(msg, sig []byte) bool {
	signed := fmt.Sprintf("cosignature/v1\ntime %d\n%s", binary.BigEndian.Uint64(sig), msg)
	return ed25519.Verify(c.key, []byte(signed), sig[8:])
}

// receipt verifies that an entry is in the tree that log and witness signed, and gives back its place and its leaf.
func receipt(name string, both note.Verifiers) (int64, string) {
	proof, signed, _ := strings.Cut(read(name), "\n\n")
	checkpoint := must(note.Open([]byte(signed), both))
	lines := strings.Split(proof, "\n")
	index := must(strconv.ParseInt(strings.TrimPrefix(lines[2], "index "), 10, 64))
	var extra struct{ Leaf string }
	text := must(base64.StdEncoding.DecodeString(strings.TrimPrefix(lines[1], "extra ")))
	must(0, json.Unmarshal(text, &extra))
	in := tree(checkpoint.Text)
	err := tlog.CheckRecord(hashes(lines[3:]), in.N, in.Hash, index, tlog.RecordHash([]byte(extra.Leaf)))
	if err != nil || lines[0] != "c2sp.org/tlog-proof@v1" || len(checkpoint.Sigs) != 2 {
		panic(fmt.Errorf("%s: %s: %w", name, lines[0], err))
	}
	return index, extra.Leaf
}

func main() {
	verifier := must(note.NewVerifier(strings.TrimSpace(read("log.vkey"))))
	cosigner := witness(strings.TrimSpace(read("witness.vkey")))
	both := note.VerifierList(verifier, cosigner)

	var signed []*note.Note
	for _, name := range names("checkpoint-*") {
		signed = append(signed, must(note.Open([]byte(read(name)), both)))
	}
	sort.Slice(signed, func(a, b int) bool { return tree(signed[a].Text).N < tree(signed[b].Text).N })
	old, current := signed[0], signed[1]
	if len(current.Sigs) != 2 {
		panic(errors.New("log and witness have not both signed"))
	}

	request, checkpoint, _ := strings.Cut(read("add-checkpoint"), "\n\n")
	shown := must(note.Open([]byte(checkpoint+read("add-checkpoint.answer")), both))
	before, after := tree(old.Text), tree(current.Text)
	proof := hashes(strings.Split(request, "\n")[1:])
	if err := tlog.CheckTree(proof, after.N, after.Hash, before.N, before.Hash); err != nil || shown.Text != current.Text {
		panic(fmt.Errorf("the newer checkpoint does not continue the older: %w", err))
	}

	leaves := map[int64]string{}
	for _, name := range names("entry-*.tlog-proof") {
		index, leaf := receipt(name, both)
		leaves[index] = leaf
	}
	if len(leaves) == 0 {
		panic(errors.New("there is no receipt"))
	}

	if has("leaves.jsonl") {
		all := strings.Split(read("leaves.jsonl"), "\n")
		for index, leaf := range leaves {
			if all[index] != leaf {
				panic(errors.New("a receipt is of another leaf"))
			}
		}
	}
	if has("log.skey") {
		signer := must(note.NewSigner(strings.TrimSpace(read("log.skey"))))
		again := must(note.Sign(&note.Note{Text: old.Text}, signer))
		if !bytes.Equal(again, []byte(read(fmt.Sprintf("checkpoint-%d", before.N)))) {
			panic(errors.New("Go signs another note"))
		}
	}
	fmt.Println("yes")
}
