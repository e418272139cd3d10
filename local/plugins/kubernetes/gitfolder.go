package kubernetes

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"strings"
)

var (
	errGitAddress = errors.New("invalid Git URL")

	scpStyle  = regexp.MustCompile(`^([^/@:]+@[^/:]+):([^/].*)$`)
	dotGit    = regexp.MustCompile(`^.*\.git(?:/|$)`)
	ownerName = regexp.MustCompile(`^[^/]+/[^/]+(?:/|$)`)
	commitID  = regexp.MustCompile(`^[0-9a-fA-F]{40}$`)
)

// gitFolder words the address of a folder in a repository as Kustomize does, from one that a browser may show, e.g.
// https://github.com/owner/name/tree/main/folder.
func gitFolder(ctx context.Context, address string) (string, error) {
	at, err := url.Parse(scpStyle.ReplaceAllString(address, "ssh://$1/$2"))
	if err != nil {
		return "", err
	}
	if at.Scheme != "https" && at.Scheme != "ssh" {
		return "", fmt.Errorf("invalid URL scheme: %s", at.Scheme)
	}
	repository, folder, err := repositoryIn(at)
	if err != nil {
		return "", err
	}
	revision := "HEAD"
	if below, versioned := strings.CutPrefix(folder, "tree/"); versioned {
		if revision, folder, err = revisionIn(ctx, repository, below); err != nil {
			return "", fmt.Errorf("failed to get git ref: %w", err)
		}
	}
	return repository + "//" + folder + "?ref=" + url.QueryEscape(revision), nil
}

// repositoryIn parts the address of a repository, which ends in .git or is an owner's, from what is behind it.
func repositoryIn(address *url.URL) (repository, folder string, err error) {
	path := strings.TrimPrefix(address.Path, "/")
	name := cmp.Or(dotGit.FindString(path), ownerName.FindString(path))
	if name == "" {
		return "", "", errGitAddress
	}
	folder = strings.Trim(strings.TrimPrefix(path, name), "/")
	name = strings.TrimSuffix(strings.TrimSuffix(name, "/"), ".git")
	whole := url.URL{Scheme: address.Scheme, User: address.User, Host: address.Host, Path: name + ".git"}
	return whole.String(), folder, nil
}

// revisionIn parts what names a revision, which may hold slashes, from the folder behind it.
func revisionIn(ctx context.Context, repository, path string) (revision, folder string, err error) {
	if first, rest, _ := strings.Cut(path, "/"); commitID.MatchString(first) {
		return first, rest, nil
	}
	list := exec.CommandContext(ctx, "git", "ls-remote", "--heads", "--tags", "--refs", repository)
	list.Env = append(os.Environ(), "GIT_TERMINAL_PROMPT=0")
	listed, err := list.Output()
	if failed := (*exec.ExitError)(nil); errors.As(err, &failed) {
		err = fmt.Errorf("%w: %s", err, strings.TrimSpace(string(failed.Stderr)))
	}
	if err != nil {
		return "", "", err
	}
	longest := ""
	for _, word := range strings.Fields(string(listed)) {
		short := strings.TrimPrefix(strings.TrimPrefix(word, "refs/heads/"), "refs/tags/")
		if short != word && len(short) > len(longest) && strings.HasPrefix(path+"/", short+"/") {
			revision, longest = word, short
		}
	}
	if revision == "" {
		return "", "", errGitAddress
	}
	return revision, strings.Trim(strings.TrimPrefix(path, longest), "/"), nil
}
