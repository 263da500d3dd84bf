// Check reads the vectors beside it with golang.org/x/mod/sumdb, the reference implementation of signed notes and
// transparency logs: `go run check.go vectors` prints yes, or panics with what is wrong.
package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
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

func main() {
	verifier := must(note.NewVerifier(strings.TrimSpace(read("log.vkey"))))
	cosigner := witness(strings.TrimSpace(read("witness.vkey")))
	both := note.VerifierList(verifier, cosigner)

	old := must(note.Open([]byte(read("checkpoint-5")), note.VerifierList(verifier)))
	current := must(note.Open([]byte(read("checkpoint-9")), both))
	if len(current.Sigs) != 2 {
		panic(errors.New("log and witness have not both signed"))
	}

	signer := must(note.NewSigner(strings.TrimSpace(read("log.skey"))))
	if !bytes.Equal(must(note.Sign(&note.Note{Text: old.Text}, signer)), []byte(read("checkpoint-5"))) {
		panic(errors.New("Go signs another note"))
	}

	request, checkpoint, _ := strings.Cut(read("add-checkpoint"), "\n\n")
	must(note.Open([]byte(checkpoint+read("add-checkpoint.answer")), both))
	before, after := tree(old.Text), tree(current.Text)
	proof := hashes(strings.Split(request, "\n")[1:])
	if err := tlog.CheckTree(proof, after.N, after.Hash, before.N, before.Hash); err != nil {
		panic(err)
	}

	receipt, signed, _ := strings.Cut(read("entry-3.tlog-proof"), "\n\n")
	must(note.Open([]byte(signed), both))
	lines := strings.Split(receipt, "\n")
	index := must(strconv.ParseInt(strings.TrimPrefix(lines[2], "index "), 10, 64))
	leaf := strings.Split(read("leaves.jsonl"), "\n")[index]
	err := tlog.CheckRecord(hashes(lines[3:]), after.N, after.Hash, index, tlog.RecordHash([]byte(leaf)))
	if err != nil || lines[0] != "c2sp.org/tlog-proof@v1" {
		panic(fmt.Errorf("%s: %w", lines[0], err))
	}
	fmt.Println("yes")
}
