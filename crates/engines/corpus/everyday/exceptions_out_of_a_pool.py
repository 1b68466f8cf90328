from concurrent.futures import ProcessPoolExecutor, as_completed


class TooBig(Exception):
    def __init__(self, value):
        super().__init__(f"{value} is too big")
        self.value = value

    def __reduce__(self):
        return (TooBig, (self.value,))


def check(value):
    if value > 3:
        raise TooBig(value)
    return value * 10


if __name__ == "__main__":
    with ProcessPoolExecutor(max_workers=2) as pool:
        futures = {pool.submit(check, n): n for n in range(6)}
        results = {}
        for future in as_completed(futures):
            try:
                results[futures[future]] = future.result()
            except TooBig as error:
                results[futures[future]] = f"TooBig: {error.value}"
    for n in sorted(results):
        print(n, results[n])
